## Pages: pages for administrators

