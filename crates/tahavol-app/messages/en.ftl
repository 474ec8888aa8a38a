# What people read, in English. One line per message; the key is the code. `value` is the first thing that the code tells of.

## Any command

NOT_PERMITTED = None of your offices permits this here.
NOT_CHARTERED = The programme has not been founded yet; begin with its charter.
ALREADY_EXISTS = “{ $value }” is taken by something with other content; choose another code, or change what is there.
REASON_REQUIRED = Say why: this is not recorded without a reason.
RESOLUTION_REQUIRED = Give the number of the council's resolution.
RESOLUTION_OR_REASON_REQUIRED = A decision needs the number of a resolution or a reason.
EFFECTIVE_IN_FUTURE = { $value } has not come yet; give a day up to { $today }.
TEXT_BLANK = This text is empty; write something in Persian at least.
TEXT_TOO_LONG = This text has { $characters } characters; { $longest } at most are kept.
CODE_INVALID = “{ $value }” cannot be a code here: use 1 to 128 of the letters a–z and A–Z, digits and . _ @ : - and the code that belongs to this thing.
EVIDENCE_REQUIRED = Attach at least one piece of evidence.
EVIDENCE_MISSING = The file { $value } is not in the evidence store; upload it first.
EVIDENCE_INVALID = The file { $value } in the evidence store has another type or size than the command says.
POSITION_NOT_REACHED = The ledger has not reached position { $position } yet.
CLOCK_NOT_SIMULATED = This ledger was not founded as a simulation, so that only the real clock may stamp it.
COMMAND_ID_REUSED = This command id was used for another command; take a new id.
CONFLICT = Something has happened here since you looked; look at the new events and decide again.
LINE_TOO_LONG = With all its texts and evidence this would be longer than the { $largest } bytes that one event may have; shorten it or split it.

## The programme

LEDGER_NOT_EMPTY = A programme is founded on an empty ledger; this one has events already.
NOT_THE_NAMED_ADMINISTRATOR = Only the administrator whom the configuration names founds the programme.
CHARTER_INCOMPLETE = The charter lacks { $value }.
THRESHOLD_ORDER = The thresholds of confidence must fall from green to red and lie above nought.
UNKNOWN_HORIZON = The charter has no horizon { $value }.
HORIZON_INVALID = The horizon { $horizon } would end before it starts, or is named twice.
HORIZON_BEFORE_DUE = Milestone { $milestone } is due on { $due }, after the horizon would end.
OFFICE_NOT_APPOINTABLE = The office { $value } is not given here; a commission's roles are given in the commission.
OFFICE_ALREADY_HELD = { $name } holds the office { $office } already, under this id.
OFFICE_NOT_HELD = { $actor } does not hold the office { $office }.
SELF_APPOINTMENT = Nobody appoints oneself; another person has to do it.
RELEASE_NEEDS_PROPOSAL = Releasing from the office { $value } takes two: it must be proposed first, by another person.
RELEASE_BY_SAME_PERSON = You proposed this release; another person has to carry it out.
DELEGATION_PERIOD_INVALID = The delegation would end ({ $ends }) before it starts ({ $starts }).
DELEGATION_TO_SELF = An office cannot be delegated to the one who holds it.
DELEGATION_NOT_OWN = Only the holder of the office, or the council, lends it and takes it back.
UNKNOWN_DELEGATION = There is no delegation { $value }.
UNKNOWN_PROVINCE = There is no province { $value } in the charter.
UNKNOWN_DIRECTIVE = There is no directive { $value }.
DOCUMENT_EMPTY = No milestone counts yet, so that the transformation document would bind nothing.
SHARE_INVALID = A share lies between 0 and 1, both excluded; { $value } does not.
TARGET_SET_EMPTY = No set of stations satisfies this rule; are visits and cases recorded?
UNKNOWN_REVIEW = There is no review { $value }.
UNKNOWN_ACTION = The review has no action { $value }.
ACTION_CLOSED = This action was closed before.
UNKNOWN_OWNER = { $value } holds no office in the programme and cannot own an action.
EVIDENCE_DESTROYED = The file { $value } was destroyed by order and proves nothing any more.
EVIDENCE_UNKNOWN = No event refers to the file { $value }.
CONFIRMATION_DIFFERS = The digest and its confirmation differ; nothing was destroyed.

## Commissions

UNKNOWN_COMMISSION = There is no commission { $value }.
COMMISSION_NOT_IN_CHARTER = The charter does not provide for a commission { $value }.
ROLE_ALREADY_HELD = { $value } has this role already, under this id.
ROLE_NOT_HELD = { $value } does not have this role in the commission.
CHAIR_TAKEN = { $value } chairs this commission; release the chair first.
RATING_GREY = Grey means that nothing can be said; a rating has to say something.
RATING_VOICE = With the office { $value } you cannot speak in this voice: the commission gives its own rating, an inspector the independent one.

## Initiatives

UNKNOWN_INITIATIVE = There is no initiative { $value }.
WRONG_PHASE = In the phase { $value } this cannot be done.
PROPOSER_DECIDES = Who proposed or submitted this does not decide on it.
MILESTONES_MISSING = The initiative has no milestone; plan at least one.
MILESTONES_NOT_VERIFIED = These milestones are not verified yet: { $value }.
AMOUNT_INVALID = An allocation grants more than nought; { $value } does not.
RISK_SCALE = Likelihood and impact are whole numbers from 1 to 5; { $value } is not.
UNKNOWN_RISK = The initiative has no risk { $value }.
RISK_CLOSED = This risk was closed before.

## Milestones

UNKNOWN_MILESTONE = There is no milestone { $value }.
WEIGHT_RANGE = A weight is a whole number from 1 to 10,000; { $value } is not.
STARTS_AFTER_DUE = The milestone would start ({ $starts }) after it is due ({ $due }).
DUE_AFTER_HORIZON = The milestone would be due ({ $due }) after its horizon ends ({ $ends }).
SCOPE_EMPTY = No open station lies in this scope.
STEPS_EMPTY = Name at least one step.
STEPS_TOO_MANY = A milestone has at most { $most } steps; these are { $steps }.
STEP_WEIGHT = Every step weighs at least 1.
UNKNOWN_STEP = The milestone has no step { $value }; steps are counted from 0.
UNKNOWN_INDICATOR = There is no indicator { $value }.
INDICATOR_WITHOUT_BASELINE = The indicator has no baseline yet, so that progress cannot be measured from it.
INDICATOR_WITHOUT_TARGET = The indicator has no target for this horizon yet.
INDICATOR_TARGET_IS_BASELINE = The indicator's target is its baseline; there would be nothing to achieve.
REVISABLE_ONLY_IN_PROPOSAL = A plan is revised freely only while its initiative is proposed or returned; later, propose a rebaseline.
REBASELINE_ONLY_IN_PLAN = There is no promise yet that could be changed; revise the plan instead.
BASELINE_UNCHANGED = This is the baseline that the milestone has already.
PROPOSAL_PENDING = A proposal of this kind is still undecided.
UNKNOWN_PROPOSAL = There is no open proposal { $value }.
ALREADY_COUNTS = The milestone counts already.
NOT_COUNTED = The milestone does not count yet; the council has to admit it first.
INITIATIVE_NOT_OPEN = The initiative is in the phase { $value }, in which this is not accepted.
PROGRESS_RANGE = Progress is given in basis points from 0 to 10,000 (all of it); { $value } is not.
PROGRESS_REQUIRED = This milestone is measured by reported progress; give it in basis points.
PROGRESS_NOT_ACCEPTED = This milestone is measured otherwise; a report of it has no figure of progress.
STEPS_REQUIRED = This milestone is measured by its steps; say which are done.
STEPS_NOT_ACCEPTED = This milestone is not measured by steps.
STEPS_NOT_ASCENDING = List the steps in ascending order, each once.
UNKNOWN_REPORT = There is no standing report { $value }; has it been corrected before?
CLAIM_BELOW_FULL = On that day { $value } of 10,000 basis points are reached; completion is claimed when all of it is.
UNKNOWN_CLAIM = { $value } is not the claim that stands.
CLAIMANT_VERIFIES = You claimed the completion; another person has to verify it.
VERIFIER_OF_COMMISSION = You hold or held an office of the commission { $commission } and cannot judge its claim.

## Stations

UNKNOWN_STATION = There is no station { $value }.
STATION_CLOSED = The station { $value } is closed.
NOT_A_ROLLOUT = This milestone is not rolled out station by station.
OUT_OF_SCOPE = The station is not in the milestone's scope.
ALREADY_DELIVERED = This milestone was delivered at this station before.
UNKNOWN_DELIVERY = There is no standing delivery { $value } at this station.
MILESTONE_NOT_OPEN = The milestone is verified or cancelled; nothing is delivered for it any more.
VOLUME_TOO_LARGE = A number this large cannot be recorded exactly.

## Indicators

INDICATOR_DERIVED = The indicator is computed from the ledger and takes no measurements.
MEASUREMENT_CONFLICT = There is a measurement for this scope and period; correct that one.
UNKNOWN_MEASUREMENT = There is no standing measurement { $value }.
MEASUREMENT_WITHDRAWN = The measurement was withdrawn; nothing more can be done with it.
RATIO_NEEDS_PARTS = Give numerator and denominator, not only their quotient.
PARTS_NOT_ACCEPTED = Numerator and denominator are for indicators that are aggregated as a ratio.
DENOMINATOR_INVALID = A denominator is more than nought; { $value } is not.
NUMERATOR_INVALID = A numerator is not less than nought; { $value } is.
RECORDER_VERIFIES = You recorded this measurement; another person has to verify it.
TOLERANCE_INVALID = A tolerance is not less than nought; { $value } is.

## Input

DATE_FORM = “{ $value }” is not a date; write 1398/06/31 or 2019-09-22.
DATE_NO_SOLAR_HIJRI_DAY = There is no day { $value } in the Solar Hijri calendar.
DATE_NO_GREGORIAN_DAY = There is no day { $value } in the Gregorian calendar.
DATE_OUT_OF_RANGE = { $value } is outside the years that are kept.
INSTANT_FORM = “{ $value }” is not a moment; write 2026-11-23T18:00:00Z.
INSTANT_OUT_OF_RANGE = { $value } is outside the years that are kept.
PERIOD_FORM = “{ $value }” is not a period; write 1397, 1397/06 or 2018-03-21..2019-03-20.
PERIOD_REVERSED = The period { $value } ends before it starts.
QUANTITY_FORM = “{ $value }” is not a number; write digits with at most one decimal point.
QUANTITY_TOO_PRECISE = { $value } has more than six decimal places.
QUANTITY_TOO_LARGE = { $value } is larger than what can be recorded.
TIME_ZONE_UNKNOWN = There is no time zone “{ $value }”; give an IANA name such as Asia/Tehran.

## The system

UNAVAILABLE = Nothing was recorded: the ledger cannot be written to just now.
OUTCOME_UNKNOWN = It is not certain whether this was recorded. Send the same command with the same id again; the answer is then certain.
FOLLOWER_STOPPED = The picture stands still at position { $position } because of an event that cannot be read; until somebody has looked, no command is taken.
SHUTTING_DOWN = The service is shutting down; try again in a moment.
LEDGER_CORRUPT = The ledger is damaged; somebody has to look before anything else happens.
LEDGER_IN_USE = The ledger is open for writing in another process; stop that one first.
LEDGER_NEWER_VERSION = The ledger was written by a later version of the program; use that version.
LEDGER_REFUSED = The ledger refuses this request.

## Imports

IMPORT_DIFFERS = “{ $value }” is in the ledger with other content. A file does not rewrite what was recorded; change it by a command, or correct the file.
IMPORT_DUPLICATE = “{ $value }” stands in this file twice.
IMPORT_MEASURED_VALUE = A measurement of “{ $value }” needs either a value, or a numerator and a denominator.
IMPORT_MISSING = “{ $value }” is missing here.
IMPORT_MISSING_COLUMN = The table has no column “{ $value }”.
IMPORT_NEEDS_FIRST_OFFICIAL = This file would found the programme, and the configuration names no first official of the council.
IMPORT_NOT_UTF8 = The file is not UTF-8 from this row on; save it as UTF-8.
IMPORT_FRACTION = “{ $value }” is not a share from 0 to 1 with at most four decimals.
IMPORT_PERCENT = “{ $value }” is not a percentage from 0 to 100 with at most two decimals.
IMPORT_TABLE = The table cannot be read: { $value }
IMPORT_TOML = The file cannot be read: { $value }
IMPORT_TRUNCATED = This row has { $value } columns instead of { $expected }; look at the separators, or the file may be cut off.
IMPORT_UNKNOWN_COLUMN = Tables of this kind have no column “{ $value }”.
IMPORT_UNKNOWN_KIND = By its header this is no table of stations, reports, deliveries or measurements: “{ $value }”.
IMPORT_UNREADABLE = The file cannot be read: { $value }
IMPORT_VALUE = “{ $value }” is not a value of this column.

## GraphQL

UNAUTHENTICATED = Say who you are: this needs a caller whom the sign-in knows.
FIRST_OUT_OF_RANGE = { $value } is no size of a page; ask for 0 to { $largest }.
CURSOR_INVALID = “{ $value }” is not a cursor of this list.
NODE_ID_INVALID = “{ $value }” is not an id that was given out here.
FILTER_INVALID = There is nothing called “{ $value }” to filter by.
OFFICE_INVALID = There is no office “{ $value }”; write for example council, chair:technology or reporter:IR-13.
ONE_REQUIRED = Give exactly one of { $fields }.
SERIES_TOO_LONG = The series would have { $largest } periods or more; choose a shorter span.
GRAPHQL_SYNTAX = The query cannot be read: { $detail }
GRAPHQL_INVALID = The query does not fit the schema: { $detail }
QUERY_TOO_DEEP = The query is nested deeper than { $limit } levels.
QUERY_TOO_COSTLY = The query asks for more than { $limit } allows; ask for fewer fields or smaller pages.
QUERY_TOO_MANY_ALIASES = The query has more than { $limit } aliases.
DIGEST_FORM = “{ $value }” is not a SHA-256 digest of 64 lower-case hexadecimal digits.
UUID_FORM = “{ $value }” is not a UUID.
POSITION_FORM = “{ $value }” is not a position; a position is a whole number from 0.
REVISION_FORM = “{ $value }” is not a revision; a revision is a whole number from 0.
COUNT_FORM = “{ $value }” is not a whole number from 0.

## HTTP

HTTP_NOT_FOUND = There is nothing at this address.
HTTP_METHOD = This address does not take this method.
TOKEN_UNKNOWN = This token is not known here.
REQUEST_MALFORMED = The request is not in the form of GraphQL over HTTP: a JSON object with “query”, and perhaps “operationName” and “variables”.
GET_ONLY_QUERIES = By GET only queries are executed; send this by POST.
JSON_REQUIRED = Send the request as application/json in UTF-8.
REQUEST_TOO_LARGE = This is larger than the { $limit } bytes that are taken.
REQUEST_TIMEOUT = This took too long. If it was a command, send it again with the same id: the answer is then certain.
NOT_ACCEPTABLE = Answers are written as application/graphql-response+json, application/json or text/event-stream.
SUBSCRIBE_BY_EVENTS = Subscriptions are served as text/event-stream, or at /graphql/ws.
BATCH_SIZE = A batch has from 1 to { $limit } requests.
TOO_MANY_SUBSCRIPTIONS = More than { $limit } subscriptions are open; close one first.
WEBSOCKET_PROTOCOL = Offer the subprotocol { $protocol }.
INTERNAL = Something went wrong here; the log says what, under the id of this request.
EVIDENCE_STORE_UNAVAILABLE = The evidence store cannot be used just now; try again.
EVIDENCE_EMPTY = The file is empty.
EVIDENCE_TYPE_UNKNOWN = Files of this type are not taken. Taken are PDF, PNG, JPEG, GIF and WebP, office files without macros, and text and CSV in UTF-8.
EVIDENCE_TYPE_OTHER = The file was declared as { $declared } and is { $found }.
EVIDENCE_NOT_PERMITTED = Files are sent by those who hold an office that refers to them; you hold none today.
EVIDENCE_INTERRUPTED = The file did not arrive whole; send it again.

## Command line

CLI_AS_OF = On { $day }, after { $events } events
CLI_SIMULATION = SIMULATION: all dates were moved by { $months } Solar Hijri months, and history was played by a simulated clock
CLI_KEPT_SAME = same as the kept picture ({ $events } events of it on disk)
CLI_KEPT_NOTHING = nothing was kept to compare with
CLI_EVIDENCE_DESTROYED = { $digest } is destroyed. The order is recorded at position { $position }; { $events } events go on naming the digest
CLI_EVIDENCE_GONE_BEFORE = { $digest } was destroyed before; nothing was recorded
CLI_HORIZON = Horizon
CLI_COMMISSION = Commission
CLI_ALL = All horizons
CLI_PLANNED = Planned
CLI_REPORTED = Reported
CLI_VERIFIED = Verified
CLI_COVERAGE = Coverage
CLI_SPI_T = SPI(t)
CLI_FORECAST = Forecast
CLI_SLIPPAGE = Days late
CLI_CONFIDENCE = Confidence
FORECAST_NO_MILESTONES = no milestones
FORECAST_NOT_STARTED = not started
FORECAST_NO_PROGRESS = nothing earned
FORECAST_TOO_FAR = beyond a century
CONFIDENCE_GREEN = green
CONFIDENCE_AMBER_GREEN = amber-green
CONFIDENCE_AMBER = amber
CONFIDENCE_AMBER_RED = amber-red
CONFIDENCE_RED = red
CONFIDENCE_GREY = grey

## Words of closed lists

WORD_PROPOSED = proposed
WORD_SUBMITTED = submitted
WORD_RETURNED = returned
WORD_APPROVED = approved
WORD_REJECTED = rejected
WORD_SUSPENDED = suspended
WORD_COMPLETED = completed
WORD_CANCELLED = cancelled
WORD_PLANNED = planned
WORD_CLAIMED = claimed
WORD_VERIFIED = verified

## Stepping through events

step-value = { $value }
step-percent = { $value }%
step-event = Event { $position }
step-before = Before
step-after = After
step-state = State
step-none = There is no event that passes this filter.
step-bounds = previous: { $previous } · next: { $next }
step-keys = n next, p previous, g NUMBER go to, q quit
step-key-unknown = “{ $text }” means nothing here.
step-first = This is the first one.
step-last = This is the last one.
step-recorded = Recorded
step-effective = Effective on
step-late = Days late
step-by = By
step-office = As
step-reason = Reason
step-stream = Stream
step-basis = Basis
step-commission = Commission
step-title = Title
step-remit = Remit
step-member = Member
step-rating-own = Own rating
step-rating-independent = Independent rating
step-code = Code
step-horizon = Horizon
step-phase = Phase
step-resolution = Resolution
step-directives = Directives
step-note = Note
step-milestones = Milestones
step-allocations = Allocations
step-open-risks = Open risks
step-planned = Planned
step-reported = Reported
step-verified = Verified
step-initiative = Initiative
step-counts = Counts
step-blocked = Blocked
step-weight = Weight
step-starts = Starts
step-due = Due
step-measure = Measure
step-first-weight = First weight
step-first-due = First due
step-rebaselines = Rebaselines
step-asked-weight = Proposed weight
step-asked-starts = Proposed start
step-asked-due = Proposed due
step-asked-horizon = Proposed horizon
step-asked-measure = Proposed measure
step-asked-cancellation = Cancellation proposed
step-reports = Reports
step-corrections = Corrections
step-deliveries = Deliveries
step-claims = Claims
step-claimed = Claimed complete
step-last-fact = Last fact
step-kind = Kind
step-province = Province
step-networked = Has a network
step-visits = Visits a year
step-cases = Cases a year
step-closed = Closed
step-delivered = Delivered on
step-unit = Unit
step-direction = Direction
step-baseline = Baseline value
step-redefinitions = Redefinitions
step-measurements = Measurements
step-national = National value
step-target = Target
step-standing = Standing
step-officials = Officials in office
step-delegations = Offices lent
step-document = Document version
step-document-milestones = Milestones of the document
step-document-digest = Digest of the document
step-target-stations = Target stations
step-reviews = Reviews
step-open-actions = Open actions
step-destroyed = Evidence destroyed
step-ends = Ends
step-directive = Directive
step-review = Review
step-frozen-position = Frozen position
step-outcome = Outcome
step-destroyed-by-order = Destroyed by order
step-offices = Offices
step-release-proposed = Release proposed
step-lent = Office lent to
step-word-YES = yes
step-word-NO = no
step-word-PROPOSED = proposed
step-word-SUBMITTED = submitted
step-word-RETURNED = returned
step-word-APPROVED = approved
step-word-REJECTED = rejected
step-word-SUSPENDED = suspended
step-word-COMPLETED = completed
step-word-CANCELLED = cancelled
step-word-PLANNED = planned
step-word-CLAIMED = claimed
step-word-VERIFIED = verified
step-word-RECORDED = recorded
step-word-CONTESTED = contested
step-word-WITHDRAWN = withdrawn
step-word-SHORT = short
step-word-MEDIUM = medium
step-word-LONG = long
step-word-STATION = station
step-word-OUTPOST = outpost
step-word-BINARY = binary
step-word-REPORTED = reported
step-word-STEPS = steps
step-word-ROLLOUT = roll-out
step-word-INDICATOR = indicator
step-word-INCREASE = increase
step-word-DECREASE = decrease
step-word-OBSERVE = observe
step-word-GREEN = green
step-word-AMBER_GREEN = amber-green
step-word-AMBER = amber
step-word-AMBER_RED = amber-red
step-word-RED = red
step-word-GREY = grey

## Decisions

DECISION_NONE = The event at position { $position } decides nothing, or is not there.
decision-heading = Decision at position { $position }
decision-what = What
decision-when = When
decision-who = Who
decision-office = As
decision-offices = Offices held then
decision-reason = Reason
decision-resolution = Resolution
decision-subject = About
decision-answers = In answer to
decision-answers-nothing = answers no proposal
decision-basis = Basis
decision-basis-nothing = an empty ledger
decision-basis-position = position { $position }, as on { $day }
decision-progress = Progress at the basis
decision-voices = planned { $planned } · reported { $reported } · verified { $verified }
decision-since = What came out since
decision-since-nothing = Nothing that it looked at was corrected up to position { $position }.
decision-since-more = and { $count } more
decision-since-CORRECTED = corrected
decision-since-WITHDRAWN = withdrawn or contested
decision-since-REFUSED = the claim was refused
decision-since-REBASELINED = rebaselined
decision-since-CANCELLED = cancelled
decision-since-SUPERSEDED = decided anew
decision-since-LATE = late: it was true { $days } days before the decision
decision-official = office { $office } of { $person }
decision-horizon = horizon { $horizon }
decision-document = the document, version { $version }
decision-target-stations = the target stations
decision-initiative = initiative { $code }: { $title }
decision-milestone = milestone { $code }: { $title }
decision-indicator = indicator { $code }: { $title }
decision-list-empty = Nothing was decided.

## Effects

EFFECT_NOTHING_PROPOSED = Nothing of that kind waits for a decision.
effect-rebaseline = Effect of rebaselining { $code }
effect-cancellation = Effect of cancelling { $code }
effect-admission = Effect of admitting { $code }
effect-approval = Effect of approving { $code }
effect-document = Effect of approving version { $version } of the document
effect-document-since = Version { $version } is in force; its plan is held against the plan as it stands.
effect-document-first = No version was approved yet: nothing was bound before.
effect-facts = By the same facts up to position { $position }, as on { $day }
effect-asked = Proposed by { $person } at position { $position }
effect-reason = Reason: { $reason }
effect-promise = weight { $weight } · { $starts } to { $due } · horizon { $horizon }
effect-promise-before = Promise now
effect-promise-after = Promise proposed
effect-promise-gone = out of the plan
effect-current = Against the current plan
effect-original = Against the first promises
effect-cells = { $moved } of { $cells } groups move
effect-unmoved = No figure moves.
effect-group = Horizon / commission
effect-all = all
effect-planned = Planned
effect-reported = Reported
effect-verified = Verified
effect-spi = SPI
effect-spi-t = SPI(t)
effect-forecast = Forecast
