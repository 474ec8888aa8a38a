## Pages: pages for the leadership

