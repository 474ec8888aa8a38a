## صفحه‌ها: نمودارها، و صفحهٔ فرماندهی و شورا

page-chart-table = جدول این نمودار
page-chart-nothing = هنوز چیزی برای نمایش نیست.
page-chart-day = تاریخ
page-chart-voices-on = در { $day }، برنامه‌ریزی‌شده { $planned }، گزارش‌شده { $reported } و راستی‌آزمایی‌شده { $verified } است.
page-chart-voices = برنامه‌ریزی‌شده { $planned }، گزارش‌شده { $reported }، راستی‌آزمایی‌شده { $verified }
page-chart-finish-late = اگر به همین روال پیش رود، در { $finish } پایان می‌یابد: { $days } روز دیرتر از تعهد.
page-chart-finish-on-time = اگر به همین روال پیش رود، در { $finish } پایان می‌یابد: به‌موقع.
page-chart-finish-early = اگر به همین روال پیش رود، در { $finish } پایان می‌یابد: { $days } روز زودتر از تعهد.
page-chart-finish = اگر به همین روال پیش رود، در { $finish } پایان می‌یابد.
page-chart-no-finish = پایان کار را هنوز نمی‌توان پیش‌بینی کرد.
page-chart-ends = پایان تعهد { $value }
page-chart-status-date = تاریخ وضعیت { $value }
page-chart-forecast = پایان پیش‌بینی‌شده { $value }
page-chart-value-on = آخرین سنجش { $value } است ({ $day }).
page-chart-no-value = هنوز سنجشی ثبت نشده است.
page-chart-promise-on = هدف { $label }: { $value } تا { $day }.
page-chart-promised = هدف
page-chart-measured = سنجش
page-chart-whole = همه: { $value }
page-chart-part-of = { $label }: { $part } از { $whole } ({ $share }).
page-chart-part = { $label }: { $part }.
page-chart-multiples = خط نازک برنامه‌ریزی‌شده، خط پهنِ روشن گزارش‌شده و خط تیره راستی‌آزمایی‌شده است؛ محور همه یکسان است.
page-chart-tile = { $label }: { $part } از { $whole } ({ $share })
page-chart-province = استان
page-chart-of = از
page-chart-share = سهم
