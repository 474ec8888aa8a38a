## Pages: pages for auditors

