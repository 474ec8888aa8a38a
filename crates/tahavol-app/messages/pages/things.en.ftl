## Pages: commissions, initiatives, milestones, stations, indicators, search

page-milestones = Milestones that count
page-milestones-none = No milestone counts at this moment.
