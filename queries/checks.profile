# The level of each check query: one rule and its level a line.
# A rule about a value of the index is a warning at most: the value is theirs, and the finding is the point.
R01-two-sources warning
R02-low-confidence warning
R04-court-filing warning
R05-primary-first info
R07-same-event warning
S02-permalink error
S03-indexed-date error
S04-profile-steps error
S05-profile-on-incident error
S07-source-count warning
S09-step-order error
Q01-confidence info
Q02-profile-surface warning
Q03-publisher-type warning
Q04-registry-source warning
Q05-exposure-none warning
Q06-financial-figure info
Q07-padded-date warning
Q08-organisation-name warning
E01-review-status error
E02-sources error
E03-severity-reason error
E04-step-example error
E05-dated-sources warning
