# آنچه مردم می‌خوانند، به فارسی. هر پیام یک سطر؛ کلید همان کد است. `value` نخستین چیزی است که کد از آن می‌گوید.

## هر فرمان

NOT_PERMITTED = هیچ‌یک از سمت‌های شما اجازهٔ این کار را در اینجا نمی‌دهد.
NOT_CHARTERED = برنامه هنوز تأسیس نشده است؛ نخست منشور آن را ثبت کنید.
ALREADY_EXISTS = «{ $value }» پیش‌تر با محتوایی دیگر ثبت شده است؛ کد دیگری برگزینید یا همان را تغییر دهید.
REASON_REQUIRED = دلیل را بنویسید؛ این کار بدون دلیل ثبت نمی‌شود.
RESOLUTION_REQUIRED = شمارهٔ مصوبهٔ شورا را بنویسید.
RESOLUTION_OR_REASON_REQUIRED = تصمیم باید شمارهٔ مصوبه یا دلیل داشته باشد.
EFFECTIVE_IN_FUTURE = { $value } هنوز نرسیده است؛ روزی تا { $today } بدهید.
TEXT_BLANK = این متن خالی است؛ دست‌کم به فارسی چیزی بنویسید.
TEXT_TOO_LONG = این متن { $characters } نویسه دارد؛ حداکثر { $longest } نویسه پذیرفته می‌شود.
CODE_INVALID = «{ $value }» در اینجا کد معتبری نیست: ۱ تا ۱۲۸ نویسه از حروف لاتین، رقم و . _ @ : - و همان کدی که از آنِ این مورد است.
EVIDENCE_REQUIRED = دست‌کم یک مستند پیوست کنید.
EVIDENCE_MISSING = پروندهٔ { $value } در مخزن مستندات نیست؛ نخست آن را بارگذاری کنید.
EVIDENCE_INVALID = نوع یا اندازهٔ پروندهٔ { $value } در مخزن مستندات با آنچه در فرمان آمده است یکی نیست.
POSITION_NOT_REACHED = دفتر رویدادها هنوز به جایگاه { $position } نرسیده است.
CLOCK_NOT_SIMULATED = این دفتر به‌صورت شبیه‌سازی تأسیس نشده است؛ زمان ثبت را تنها ساعت واقعی تعیین می‌کند.
COMMAND_ID_REUSED = این شناسهٔ فرمان برای فرمان دیگری به کار رفته است؛ شناسهٔ تازه‌ای بسازید.
CONFLICT = از زمانی که دیده‌اید چیزی در اینجا رخ داده است؛ رویدادهای تازه را ببینید و دوباره تصمیم بگیرید.
LINE_TOO_LONG = این رویداد با همهٔ متن‌ها و مستنداتش از { $largest } بایتِ مجاز بلندتر می‌شود؛ آن را کوتاه یا چند بخش کنید.

## برنامه

LEDGER_NOT_EMPTY = برنامه روی دفتر خالی تأسیس می‌شود؛ این دفتر رویداد دارد.
NOT_THE_NAMED_ADMINISTRATOR = تنها مدیری که در پیکربندی نام برده شده است می‌تواند برنامه را تأسیس کند.
CHARTER_INCOMPLETE = منشور کامل نیست: { $value } را ندارد.
THRESHOLD_ORDER = آستانه‌های اطمینان باید از سبز به قرمز کم شوند و بزرگ‌تر از صفر باشند.
UNKNOWN_HORIZON = منشور افق { $value } ندارد.
HORIZON_INVALID = پایان افق { $horizon } پیش از آغاز آن است یا این افق دو بار آمده است.
HORIZON_BEFORE_DUE = سررسید نقطه عطف { $milestone } در { $due } است، یعنی پس از پایان تازهٔ افق.
OFFICE_NOT_APPOINTABLE = سمت { $value } در اینجا داده نمی‌شود؛ سمت‌های هر کمیسیون در خود کمیسیون داده می‌شود.
OFFICE_ALREADY_HELD = { $name } هم‌اکنون با همین شناسه سمت { $office } را دارد.
OFFICE_NOT_HELD = { $actor } سمت { $office } را ندارد.
SELF_APPOINTMENT = هیچ‌کس خود را منصوب نمی‌کند؛ شخص دیگری باید این کار را انجام دهد.
RELEASE_NEEDS_PROPOSAL = برکناری از سمت { $value } کار دو نفر است: نخست شخص دیگری باید آن را پیشنهاد کند.
RELEASE_BY_SAME_PERSON = این برکناری را خود شما پیشنهاد کرده‌اید؛ شخص دیگری باید آن را انجام دهد.
DELEGATION_PERIOD_INVALID = پایان تفویض ({ $ends }) پیش از آغاز آن ({ $starts }) است.
DELEGATION_TO_SELF = سمت را نمی‌توان به دارندهٔ همان سمت تفویض کرد.
DELEGATION_NOT_OWN = تنها دارندهٔ سمت یا شورا می‌تواند آن را تفویض کند یا پس بگیرد.
UNKNOWN_DELEGATION = تفویضی با شناسهٔ { $value } نیست.
UNKNOWN_PROVINCE = استان { $value } در منشور نیست.
UNKNOWN_DIRECTIVE = تدبیری با کد { $value } نیست.
DOCUMENT_EMPTY = هنوز هیچ نقطه عطفی به حساب نمی‌آید و سند تحول چیزی برای تصویب ندارد.
SHARE_INVALID = سهم باید بزرگ‌تر از صفر و کوچک‌تر از یک باشد؛ { $value } چنین نیست.
TARGET_SET_EMPTY = هیچ مجموعه‌ای از کلانتری‌ها این قاعده را برآورده نمی‌کند؛ آیا مراجعه‌ها و پرونده‌ها ثبت شده‌اند؟
UNKNOWN_REVIEW = ارزیابی دوره‌ای با شناسهٔ { $value } نیست.
UNKNOWN_ACTION = این ارزیابی اقدام پیگیری { $value } را ندارد.
ACTION_CLOSED = این اقدام پیگیری پیش‌تر بسته شده است.
UNKNOWN_OWNER = { $value } در برنامه سمتی ندارد و نمی‌تواند مسئول اقدام پیگیری باشد.
EVIDENCE_DESTROYED = پروندهٔ { $value } به دستور امحا شده است و دیگر چیزی را ثابت نمی‌کند.
EVIDENCE_UNKNOWN = هیچ رویدادی به پروندهٔ { $value } ارجاع نمی‌دهد.
CONFIRMATION_DIFFERS = اثر انگشت پرونده و تکرار آن یکی نیستند؛ چیزی نابود نشد.

## کمیسیون‌ها

UNKNOWN_COMMISSION = کمیسیون { $value } وجود ندارد.
COMMISSION_NOT_IN_CHARTER = منشور کمیسیون { $value } را پیش‌بینی نکرده است.
ROLE_ALREADY_HELD = { $value } هم‌اکنون با همین شناسه این نقش را دارد.
ROLE_NOT_HELD = { $value } در این کمیسیون چنین نقشی ندارد.
CHAIR_TAKEN = ریاست این کمیسیون با { $value } است؛ نخست باید از ریاست برکنار شود.
RATING_GREY = خاکستری یعنی چیزی نمی‌توان گفت؛ ارزیابی اطمینان باید چیزی بگوید.
RATING_VOICE = با سمت { $value } نمی‌توان چنین نظری داد: نظر خود کمیسیون با اعضای آن است و نظر مستقل با بازرس.

## اقدام‌ها

UNKNOWN_INITIATIVE = اقدام { $value } وجود ندارد.
WRONG_PHASE = در مرحلهٔ { $value } این کار شدنی نیست.
PROPOSER_DECIDES = پیشنهاددهنده یا ارسال‌کننده دربارهٔ پیشنهاد خود تصمیم نمی‌گیرد.
MILESTONES_MISSING = این اقدام نقطه عطفی ندارد؛ دست‌کم یکی برنامه‌ریزی کنید.
MILESTONES_NOT_VERIFIED = این نقاط عطف هنوز راستی‌آزمایی نشده‌اند: { $value }.
AMOUNT_INVALID = مقدار تخصیص باید بیش از صفر باشد؛ { $value } چنین نیست.
RISK_SCALE = احتمال و اثر عدد صحیحی از ۱ تا ۵ است؛ { $value } چنین نیست.
UNKNOWN_RISK = این اقدام ریسک { $value } را ندارد.
RISK_CLOSED = این ریسک پیش‌تر بسته شده است.

## نقاط عطف

UNKNOWN_MILESTONE = نقطه عطف { $value } وجود ندارد.
WEIGHT_RANGE = وزن عدد صحیحی از ۱ تا ۱۰٬۰۰۰ است؛ { $value } چنین نیست.
STARTS_AFTER_DUE = آغاز نقطه عطف ({ $starts }) پس از سررسید آن ({ $due }) است.
DUE_AFTER_HORIZON = سررسید نقطه عطف ({ $due }) پس از پایان افق آن ({ $ends }) است.
SCOPE_EMPTY = هیچ کلانتری بازی در این دامنه نیست.
STEPS_EMPTY = دست‌کم یک گام نام ببرید.
STEPS_TOO_MANY = هر نقطه عطف حداکثر { $most } گام دارد؛ اینجا { $steps } گام آمده است.
STEP_WEIGHT = وزن هر گام دست‌کم ۱ است.
UNKNOWN_STEP = این نقطه عطف گام { $value } ندارد؛ گام‌ها از صفر شمرده می‌شوند.
UNKNOWN_INDICATOR = شاخص { $value } وجود ندارد.
INDICATOR_WITHOUT_BASELINE = این شاخص هنوز مقدار پایه ندارد و پیشرفت را نمی‌توان با آن سنجید.
INDICATOR_WITHOUT_TARGET = این شاخص هنوز برای این افق هدفی ندارد.
INDICATOR_TARGET_IS_BASELINE = هدف شاخص همان مقدار پایهٔ آن است؛ چیزی برای دستیابی نمی‌ماند.
REVISABLE_ONLY_IN_PROPOSAL = برنامه را تنها تا وقتی اقدام در مرحلهٔ پیشنهاد یا برگشت‌خورده است می‌توان آزادانه بازنگری کرد؛ پس از آن تغییر خط مبنا را پیشنهاد دهید.
REBASELINE_ONLY_IN_PLAN = هنوز تعهدی نیست که خط مبنای آن عوض شود؛ خود برنامه را بازنگری کنید.
BASELINE_UNCHANGED = این همان خط مبنای کنونی نقطه عطف است.
PROPOSAL_PENDING = پیشنهادی از همین نوع هنوز در انتظار تصمیم است.
UNKNOWN_PROPOSAL = پیشنهاد باز { $value } وجود ندارد.
ALREADY_COUNTS = این نقطه عطف هم‌اکنون به حساب می‌آید.
NOT_COUNTED = این نقطه عطف هنوز به حساب نمی‌آید؛ نخست شورا باید آن را بپذیرد.
INITIATIVE_NOT_OPEN = اقدام در مرحلهٔ { $value } است و این کار در آن پذیرفته نمی‌شود.
PROGRESS_RANGE = پیشرفت به واحد یک‌ده‌هزارم و از ۰ تا ۱۰٬۰۰۰ (یعنی همهٔ کار) است؛ { $value } چنین نیست.
PROGRESS_REQUIRED = سنجش این نقطه عطف با پیشرفت اعلام‌شده است؛ مقدار آن را بدهید.
PROGRESS_NOT_ACCEPTED = این نقطه عطف به شیوهٔ دیگری سنجیده می‌شود؛ گزارش آن عدد پیشرفت ندارد.
STEPS_REQUIRED = سنجش این نقطه عطف با گام‌های آن است؛ بگویید کدام گام‌ها انجام شده‌اند.
STEPS_NOT_ACCEPTED = این نقطه عطف با گام سنجیده نمی‌شود.
STEPS_NOT_ASCENDING = گام‌ها را به ترتیب صعودی و هر یک را یک بار بیاورید.
UNKNOWN_REPORT = گزارش معتبری با شناسهٔ { $value } نیست؛ شاید پیش‌تر اصلاح شده باشد.
CLAIM_BELOW_FULL = در آن روز { $value } از ۱۰٬۰۰۰ به دست آمده است؛ تکمیل را وقتی اعلام کنید که همهٔ کار انجام شده باشد.
UNKNOWN_CLAIM = { $value } اعلام تکمیل معتبر این نقطه عطف نیست.
CLAIMANT_VERIFIES = تکمیل را خود شما اعلام کرده‌اید؛ شخص دیگری باید آن را راستی‌آزمایی کند.
VERIFIER_OF_COMMISSION = شما در کمیسیون { $commission } سمت دارید یا داشته‌اید و نمی‌توانید دربارهٔ اعلام آن داوری کنید.

## کلانتری‌ها

UNKNOWN_STATION = کلانتری { $value } وجود ندارد.
STATION_CLOSED = کلانتری { $value } تعطیل شده است.
NOT_A_ROLLOUT = این نقطه عطف کلانتری به کلانتری اجرا نمی‌شود.
OUT_OF_SCOPE = این کلانتری در دامنهٔ نقطه عطف نیست.
ALREADY_DELIVERED = این نقطه عطف پیش‌تر در این کلانتری تحویل شده است.
UNKNOWN_DELIVERY = تحویل معتبر { $value } در این کلانتری نیست.
MILESTONE_NOT_OPEN = این نقطه عطف راستی‌آزمایی یا لغو شده است و دیگر تحویلی برای آن ثبت نمی‌شود.
VOLUME_TOO_LARGE = عددی به این بزرگی را نمی‌توان دقیق ثبت کرد.

## شاخص‌ها

INDICATOR_DERIVED = این شاخص از خود دفتر محاسبه می‌شود و سنجش نمی‌پذیرد.
MEASUREMENT_CONFLICT = برای این دامنه و دوره سنجشی ثبت شده است؛ همان را اصلاح کنید.
UNKNOWN_MEASUREMENT = سنجش معتبر { $value } وجود ندارد.
MEASUREMENT_WITHDRAWN = این سنجش پس گرفته شده است و دیگر کاری با آن نمی‌توان کرد.
RATIO_NEEDS_PARTS = صورت و مخرج را بدهید، نه تنها حاصل تقسیم را.
PARTS_NOT_ACCEPTED = صورت و مخرج ویژهٔ شاخص‌هایی است که به‌صورت نسبت تجمیع می‌شوند.
DENOMINATOR_INVALID = مخرج باید بیش از صفر باشد؛ { $value } چنین نیست.
NUMERATOR_INVALID = صورت نباید کمتر از صفر باشد؛ { $value } چنین است.
RECORDER_VERIFIES = این سنجش را خود شما ثبت کرده‌اید؛ شخص دیگری باید آن را راستی‌آزمایی کند.
TOLERANCE_INVALID = رواداری نباید کمتر از صفر باشد؛ { $value } چنین است.

## ورودی

DATE_FORM = «{ $value }» تاریخ نیست؛ برای نمونه ۱۳۹۸/۰۶/۳۱ یا 2019-09-22 بنویسید.
DATE_NO_SOLAR_HIJRI_DAY = روز { $value } در تقویم هجری شمسی وجود ندارد.
DATE_NO_GREGORIAN_DAY = روز { $value } در تقویم میلادی وجود ندارد.
DATE_OUT_OF_RANGE = { $value } بیرون از سال‌هایی است که نگهداری می‌شود.
INSTANT_FORM = «{ $value }» لحظهٔ معتبری نیست؛ برای نمونه 2026-11-23T18:00:00Z بنویسید.
INSTANT_OUT_OF_RANGE = { $value } بیرون از سال‌هایی است که نگهداری می‌شود.
PERIOD_FORM = «{ $value }» دورهٔ معتبری نیست؛ برای نمونه ۱۳۹۷ یا ۱۳۹۷/۰۶ یا 2018-03-21..2019-03-20 بنویسید.
PERIOD_REVERSED = پایان دورهٔ { $value } پیش از آغاز آن است.
QUANTITY_FORM = «{ $value }» عدد نیست؛ رقم‌ها را با حداکثر یک ممیز بنویسید.
QUANTITY_TOO_PRECISE = { $value } بیش از شش رقم اعشار دارد.
QUANTITY_TOO_LARGE = { $value } بزرگ‌تر از آن است که ثبت شود.
TIME_ZONE_UNKNOWN = منطقهٔ زمانی «{ $value }» وجود ندارد؛ نامی مانند Asia/Tehran بدهید.

## سامانه

UNAVAILABLE = چیزی ثبت نشد: دفتر رویدادها اکنون نوشتنی نیست.
OUTCOME_UNKNOWN = معلوم نیست که این فرمان ثبت شده است یا نه. همان فرمان را با همان شناسه دوباره بفرستید تا پاسخ قطعی شود.
FOLLOWER_STOPPED = تصویر برنامه به سبب رویدادی ناخوانا در جایگاه { $position } متوقف مانده است؛ تا کسی رسیدگی نکند فرمانی پذیرفته نمی‌شود.
SHUTTING_DOWN = سامانه در حال خاموش شدن است؛ اندکی بعد دوباره تلاش کنید.
LEDGER_CORRUPT = دفتر رویدادها آسیب دیده است؛ پیش از هر کاری باید رسیدگی شود.
LEDGER_IN_USE = دفتر را فرایند دیگری برای نوشتن باز کرده است؛ نخست آن را متوقف کنید.
LEDGER_NEWER_VERSION = این دفتر را نسخهٔ تازه‌تری از برنامه نوشته است؛ همان نسخه را به کار ببرید.
LEDGER_REFUSED = دفتر رویدادها این درخواست را نمی‌پذیرد.

## درون‌ریزی

IMPORT_DIFFERS = «{ $value }» با محتوای دیگری در دفتر ثبت شده است. پرونده چیزی را که ثبت شده بازنویسی نمی‌کند؛ آن را با فرمان تغییر دهید یا پرونده را اصلاح کنید.
IMPORT_DUPLICATE = «{ $value }» دو بار در این پرونده آمده است.
IMPORT_MEASURED_VALUE = سنجش «{ $value }» یا مقدار می‌خواهد یا صورت و مخرج.
IMPORT_MISSING = «{ $value }» اینجا نیامده است.
IMPORT_MISSING_COLUMN = جدول ستون «{ $value }» را ندارد.
IMPORT_NEEDS_FIRST_OFFICIAL = این پرونده برنامه را بنیان می‌گذارد، ولی در پیکربندی نخستین عضو شورا نام برده نشده است.
IMPORT_NOT_UTF8 = پرونده از این سطر به بعد UTF-8 نیست؛ آن را با UTF-8 ذخیره کنید.
IMPORT_FRACTION = «{ $value }» سهمی از ۰ تا ۱ با حداکثر چهار رقم اعشار نیست.
IMPORT_PERCENT = «{ $value }» درصدی از ۰ تا ۱۰۰ با حداکثر دو رقم اعشار نیست.
IMPORT_TABLE = جدول خوانده نشد: { $value }
IMPORT_TOML = پرونده خوانده نشد: { $value }
IMPORT_TRUNCATED = این سطر به‌جای { $expected } ستون { $value } ستون دارد؛ جداکننده‌ها را ببینید، یا شاید پرونده ناتمام باشد.
IMPORT_UNKNOWN_COLUMN = این گونه جدول ستونی به نام «{ $value }» ندارد.
IMPORT_UNKNOWN_KIND = از سرستون‌ها پیدا نیست که جدول کلانتری‌ها، گزارش‌ها، تحویل‌ها یا سنجش‌ها باشد: «{ $value }».
IMPORT_UNREADABLE = پرونده خوانده نشد: { $value }
IMPORT_VALUE = «{ $value }» برای این ستون پذیرفته نیست.

## GraphQL

UNAUTHENTICATED = خود را معرفی کنید؛ این کار درخواست‌کننده‌ای شناخته‌شده می‌خواهد.
FIRST_OUT_OF_RANGE = { $value } اندازهٔ صفحه نیست؛ عددی از ۰ تا { $largest } بدهید.
CURSOR_INVALID = «{ $value }» نشانگری از این فهرست نیست.
NODE_ID_INVALID = «{ $value }» شناسه‌ای نیست که در اینجا داده شده باشد.
FILTER_INVALID = چیزی به نام «{ $value }» برای پالایش وجود ندارد.
OFFICE_INVALID = سمتی به نام «{ $value }» وجود ندارد؛ برای نمونه council یا chair:technology یا reporter:IR-13 بنویسید.
ONE_REQUIRED = از میان { $fields } درست یکی را بدهید.
SERIES_TOO_LONG = این سری به { $largest } دوره یا بیشتر می‌رسد؛ بازهٔ کوتاه‌تری برگزینید.
GRAPHQL_SYNTAX = این پرسش خوانده نمی‌شود: { $detail }
GRAPHQL_INVALID = این پرسش با طرح نمی‌خواند: { $detail }
QUERY_TOO_DEEP = پرسش بیش از { $limit } لایه تودرتو است.
QUERY_TOO_COSTLY = پرسش از حد { $limit } فراتر می‌رود؛ فیلدهای کمتر یا صفحه‌های کوچک‌تر بخواهید.
QUERY_TOO_MANY_ALIASES = پرسش بیش از { $limit } نام مستعار دارد.
DIGEST_FORM = «{ $value }» چکیدهٔ SHA-256 با ۶۴ رقم شانزده‌شانزدهیِ کوچک نیست.
UUID_FORM = «{ $value }» شناسهٔ UUID نیست.
POSITION_FORM = «{ $value }» جایگاه نیست؛ جایگاه عددی درست از ۰ است.
REVISION_FORM = «{ $value }» شمارهٔ بازنگری نیست؛ شمارهٔ بازنگری عددی درست از ۰ است.
COUNT_FORM = «{ $value }» عددی درست از ۰ نیست.

## HTTP

HTTP_NOT_FOUND = در این نشانی چیزی نیست.
HTTP_METHOD = این نشانی این متد را نمی‌پذیرد.
TOKEN_UNKNOWN = این توکن شناخته‌شده نیست.
REQUEST_MALFORMED = درخواست به شکل GraphQL over HTTP نیست: یک شیء JSON با «query» و در صورت نیاز «operationName» و «variables».
GET_ONLY_QUERIES = با GET فقط پرس‌وجو اجرا می‌شود؛ این را با POST بفرستید.
JSON_REQUIRED = درخواست را به شکل application/json و با UTF-8 بفرستید.
REQUEST_TOO_LARGE = این بزرگ‌تر از { $limit } بایتی است که پذیرفته می‌شود.
REQUEST_TIMEOUT = این کار بیش از اندازه طول کشید. اگر فرمان بود، آن را با همان شناسه دوباره بفرستید تا نتیجه قطعی شود.
NOT_ACCEPTABLE = پاسخ‌ها به شکل application/graphql-response+json یا application/json یا text/event-stream نوشته می‌شوند.
SUBSCRIBE_BY_EVENTS = اشتراک‌ها با text/event-stream یا در ‎/graphql/ws ارائه می‌شوند.
BATCH_SIZE = هر دسته از ۱ تا { $limit } درخواست دارد.
TOO_MANY_SUBSCRIPTIONS = بیش از { $limit } اشتراک باز است؛ نخست یکی را ببندید.
WEBSOCKET_PROTOCOL = زیرپروتکل { $protocol } را پیشنهاد کنید.
INTERNAL = در این سو خطایی رخ داد؛ گزارش سرور با شناسهٔ همین درخواست آن را شرح می‌دهد.
EVIDENCE_STORE_UNAVAILABLE = مخزن مستندات اکنون در دسترس نیست؛ دوباره تلاش کنید.
EVIDENCE_EMPTY = پرونده خالی است.
EVIDENCE_TYPE_UNKNOWN = این نوع پرونده پذیرفته نمی‌شود. پذیرفته‌ها: PDF، PNG، JPEG، GIF و WebP، پرونده‌های اداری بدون ماکرو، و متن و CSV با UTF-8.
EVIDENCE_TYPE_OTHER = پرونده { $declared } اعلام شده بود ولی { $found } است.
EVIDENCE_NOT_PERMITTED = پرونده را کسی می‌فرستد که سمتی دارد که به آن استناد می‌کند؛ شما امروز چنین سمتی ندارید.
EVIDENCE_INTERRUPTED = پرونده کامل نرسید؛ دوباره بفرستید.

## خط فرمان

CLI_AS_OF = در { $day }، پس از { $events } رویداد
CLI_SIMULATION = شبیه‌سازی: همهٔ تاریخ‌ها { $months } ماه هجری شمسی جابه‌جا شده‌اند و پیشینه با ساعت شبیه‌سازی‌شده ثبت شده است
CLI_KEPT_SAME = همان تصویر نگه‌داشته‌شده است ({ $events } رویداد آن روی دیسک بود)
CLI_KEPT_NOTHING = تصویری برای مقایسه نگه داشته نشده بود
CLI_EVIDENCE_DESTROYED = مستند { $digest } نابود شد. دستور آن در جایگاه { $position } ثبت است و { $events } رویداد همچنان اثر انگشت آن را نام می‌برند
CLI_EVIDENCE_GONE_BEFORE = مستند { $digest } پیش‌تر نابود شده بود؛ چیزی ثبت نشد
CLI_HORIZON = افق
CLI_COMMISSION = کمیسیون
CLI_ALL = همهٔ افق‌ها
CLI_PLANNED = برنامه
CLI_REPORTED = گزارش‌شده
CLI_VERIFIED = راستی‌آزمایی‌شده
CLI_COVERAGE = پوشش
CLI_SPI_T = SPI(t)
CLI_FORECAST = پیش‌بینی پایان
CLI_SLIPPAGE = روز تأخیر
CLI_CONFIDENCE = اطمینان
FORECAST_NO_MILESTONES = بدون نقطه عطف
FORECAST_NOT_STARTED = آغاز نشده
FORECAST_NO_PROGRESS = بدون پیشرفت
FORECAST_TOO_FAR = فراتر از یک سده
CONFIDENCE_GREEN = سبز
CONFIDENCE_AMBER_GREEN = سبز مایل به کهربایی
CONFIDENCE_AMBER = کهربایی
CONFIDENCE_AMBER_RED = کهربایی مایل به سرخ
CONFIDENCE_RED = سرخ
CONFIDENCE_GREY = خاکستری

## واژه‌ها: فهرست‌های بسته

WORD_PROPOSED = پیشنهادشده
WORD_SUBMITTED = ارسال‌شده به شورا
WORD_RETURNED = برگشت‌خورده
WORD_APPROVED = مصوب
WORD_REJECTED = ردشده
WORD_SUSPENDED = متوقف‌شده
WORD_COMPLETED = پایان‌یافته
WORD_CANCELLED = لغوشده
WORD_PLANNED = برنامه‌ریزی‌شده
WORD_CLAIMED = اعلام تکمیل‌شده
WORD_VERIFIED = راستی‌آزمایی‌شده

## گام‌به‌گام در رویدادها

step-value = { $value }
step-percent = { $value }٪
step-event = رویداد { $position }
step-before = پیش از رویداد
step-after = پس از رویداد
step-state = وضعیت
step-none = رویدادی نیست که از این صافی بگذرد.
step-bounds = پیشین: { $previous } · پسین: { $next }
step-keys = n پسین، p پیشین، g شماره: برو به، q پایان
step-key-unknown = «{ $text }» شناخته نشد.
step-first = این نخستین است.
step-last = این آخرین است.
step-recorded = ثبت‌شده
step-effective = تاریخ اثر
step-late = دیرتر به روز
step-by = به دست
step-office = با سمت
step-reason = دلیل
step-stream = جریان
step-basis = مبنا
step-commission = کمیسیون
step-title = عنوان
step-remit = وظیفه
step-member = عضو
step-rating-own = ارزیابی خودش
step-rating-independent = ارزیابی مستقل
step-code = کد
step-horizon = افق
step-phase = مرحله
step-resolution = مصوبه
step-directives = تدابیر
step-note = توضیح
step-milestones = نقطه‌های عطف
step-allocations = تخصیص‌ها
step-open-risks = ریسک‌های باز
step-planned = برنامه
step-reported = گزارش‌شده
step-verified = راستی‌آزمایی‌شده
step-initiative = اقدام
step-counts = به شمار می‌آید
step-blocked = با مانع
step-weight = وزن
step-starts = آغاز
step-due = سررسید
step-measure = شیوه سنجش
step-first-weight = نخستین وزن
step-first-due = نخستین سررسید
step-rebaselines = بازبرنامه‌ریزی‌ها
step-asked-weight = وزن پیشنهادی
step-asked-starts = آغاز پیشنهادی
step-asked-due = سررسید پیشنهادی
step-asked-horizon = افق پیشنهادی
step-asked-measure = شیوه سنجش پیشنهادی
step-asked-cancellation = لغو پیشنهاد شده
step-reports = گزارش‌ها
step-corrections = تصحیح‌ها
step-deliveries = تحویل‌ها
step-claims = اعلام‌های تکمیل
step-claimed = تکمیل اعلام شده
step-last-fact = آخرین واقعیت
step-kind = نوع
step-province = استان
step-networked = شبکه دارد
step-visits = مراجعه در سال
step-cases = پرونده در سال
step-closed = بسته
step-delivered = تحویل‌شده در
step-unit = یکا
step-direction = جهت
step-baseline = مقدار پایه
step-redefinitions = بازتعریف‌ها
step-measurements = سنجش‌ها
step-national = مقدار ملی
step-target = هدف
step-standing = وضع سنجش
step-officials = مسئولان در سمت
step-delegations = سمت‌های واگذارشده
step-document = نسخه سند تحول
step-document-milestones = نقطه‌های عطف سند
step-document-digest = چکیده سند
step-target-stations = کلانتری‌های هدف
step-reviews = ارزیابی‌ها
step-open-actions = پیگیری‌های باز
step-destroyed = مستندهای امحاشده
step-ends = پایان
step-directive = تدبیر
step-review = ارزیابی
step-frozen-position = جایگاه ثابت‌شده
step-outcome = نتیجه
step-destroyed-by-order = امحا به دستور
step-offices = سمت‌ها
step-release-proposed = پایان سمت پیشنهاد شده
step-lent = سمت واگذارشده به
step-word-YES = بله
step-word-NO = خیر
step-word-PROPOSED = پیشنهادشده
step-word-SUBMITTED = ارسال‌شده به شورا
step-word-RETURNED = بازگردانده
step-word-APPROVED = مصوب
step-word-REJECTED = ردشده
step-word-SUSPENDED = معلق
step-word-COMPLETED = تکمیل‌شده
step-word-CANCELLED = لغوشده
step-word-PLANNED = برنامه‌ریزی‌شده
step-word-CLAIMED = تکمیل اعلام‌شده
step-word-VERIFIED = راستی‌آزمایی‌شده
step-word-RECORDED = ثبت‌شده
step-word-CONTESTED = مورد تردید
step-word-WITHDRAWN = پس‌گرفته
step-word-SHORT = کوتاه‌مدت
step-word-MEDIUM = میان‌مدت
step-word-LONG = بلندمدت
step-word-STATION = کلانتری
step-word-OUTPOST = پاسگاه
step-word-BINARY = انجام یا نه
step-word-REPORTED = گزارشی
step-word-STEPS = گام‌به‌گام
step-word-ROLLOUT = تحویل در کلانتری‌ها
step-word-INDICATOR = شاخص
step-word-INCREASE = افزایش
step-word-DECREASE = کاهش
step-word-OBSERVE = مشاهده
step-word-GREEN = سبز
step-word-AMBER_GREEN = سبز مایل به کهربایی
step-word-AMBER = کهربایی
step-word-AMBER_RED = کهربایی مایل به سرخ
step-word-RED = سرخ
step-word-GREY = خاکستری

## تصمیم‌ها

DECISION_NONE = رویداد { $position } تصمیمی نیست، یا هنوز ثبت نشده است.
decision-heading = تصمیم در جایگاه { $position }
decision-what = چه
decision-when = کی
decision-who = چه کسی
decision-office = با سمت
decision-offices = سمت‌های آن روز
decision-reason = دلیل
decision-resolution = مصوبه
decision-subject = درباره
decision-answers = در پاسخ به
decision-answers-nothing = پاسخ پیشنهادی نیست
decision-basis = مبنا
decision-basis-nothing = سامانه خالی
decision-basis-position = جایگاه { $position }، وضعیت در { $day }
decision-progress = پیشرفت در مبنا
decision-voices = برنامه { $planned } · گزارش‌شده { $reported } · راستی‌آزمایی‌شده { $verified }
decision-since = آنچه پس از آن روشن شد
decision-since-nothing = چیزی از آنچه این تصمیم بر آن تکیه داشت، تا جایگاه { $position } تصحیح نشده است.
decision-since-more = و { $count } رویداد دیگر
decision-since-CORRECTED = تصحیح شد
decision-since-WITHDRAWN = پس گرفته شد یا مورد تردید است
decision-since-REFUSED = اعلام تکمیل پذیرفته نشد
decision-since-REBASELINED = تعهد جابه‌جا شد
decision-since-CANCELLED = از برنامه بیرون رفت
decision-since-SUPERSEDED = دوباره تصمیم گرفته شد
decision-since-LATE = دیر رسید: { $days } روز پیش از تصمیم روی داده بود
decision-official = سمت { $office } از { $person }
decision-horizon = افق { $horizon }
decision-document = سند تحول، نسخه { $version }
decision-target-stations = کلانتری‌های هدف
decision-initiative = اقدام { $code }: { $title }
decision-milestone = نقطه عطف { $code }: { $title }
decision-indicator = شاخص { $code }: { $title }
decision-list-empty = تصمیمی ثبت نشده است.

## اثر تصمیم‌ها

EFFECT_NOTHING_PROPOSED = چیزی از این دست در انتظار تصمیم نیست.
effect-rebaseline = اثر بازبرنامه‌ریزی { $code }
effect-cancellation = اثر لغو { $code }
effect-admission = اثر پذیرش { $code }
effect-approval = اثر تصویب { $code }
effect-document = اثر تصویب نسخه { $version } سند تحول
effect-document-since = نسخه { $version } سند برقرار است؛ برنامهٔ آن با برنامهٔ کنونی سنجیده می‌شود.
effect-document-first = هنوز سندی تصویب نشده است؛ پیش از این چیزی بسته نشده بود.
effect-facts = با همان واقعیت‌ها تا جایگاه { $position }، وضعیت در { $day }
effect-asked = پیشنهاد { $person } در جایگاه { $position }
effect-reason = دلیل: { $reason }
effect-promise = وزن { $weight } · { $starts } تا { $due } · افق { $horizon }
effect-promise-before = تعهد کنونی
effect-promise-after = تعهد پیشنهادی
effect-promise-gone = بیرون از برنامه
effect-current = در برابر برنامهٔ کنونی
effect-original = در برابر نخستین تعهدها
effect-cells = { $moved } از { $cells } رقم‌گروه جابه‌جا می‌شود
effect-unmoved = هیچ رقمی جابه‌جا نمی‌شود.
effect-group = افق / کمیسیون
effect-all = همه
effect-planned = برنامه
effect-reported = گزارش‌شده
effect-verified = راستی‌آزمایی‌شده
effect-spi = SPI
effect-spi-t = SPI(t)
effect-forecast = پیش‌بینی پایان
