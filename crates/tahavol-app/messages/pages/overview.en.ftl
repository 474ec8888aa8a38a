## Pages: charts, and the page for the leadership

page-chart-table = The table behind it
page-chart-nothing = There is nothing to show yet.
page-chart-day = Day
page-chart-voices-on = On { $day }, { $planned } is planned, { $reported } reported and { $verified } verified.
page-chart-voices = planned { $planned }, reported { $reported }, verified { $verified }
page-chart-finish-late = If it goes on as it went, it will be done on { $finish }: { $days } days later than promised.
page-chart-finish-on-time = If it goes on as it went, it will be done on { $finish }: on time.
page-chart-finish-early = If it goes on as it went, it will be done on { $finish }: { $days } days earlier than promised.
page-chart-finish = If it goes on as it went, it will be done on { $finish }.
page-chart-no-finish = When it will be done cannot be forecast yet.
page-chart-ends = promised for { $value }
page-chart-status-date = status date { $value }
page-chart-forecast = forecast { $value }
page-chart-value-on = The latest value is { $value } ({ $day }).
page-chart-no-value = Nothing has been measured yet.
page-chart-promise-on = Target, { $label }: { $value } by { $day }.
page-chart-promised = Target
page-chart-measured = Measured
page-chart-whole = all: { $value }
page-chart-part-of = { $label }: { $part } of { $whole } ({ $share }).
page-chart-part = { $label }: { $part }.
page-chart-multiples = The hairline is planned, the broad light line reported, the dark line verified; all have the same axes.
page-chart-tile = { $label }: { $part } of { $whole } ({ $share })
page-chart-province = Province
page-chart-of = of
page-chart-share = Share
