## Pages: one's own work and the forms of commands

