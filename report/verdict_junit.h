/* report/verdict_junit.h — the verdicts as JUnit XML, which Jenkins, GitLab and other CI systems show as test results.
 *
 * A suite for each entry, a case for each KPI of it; a suite "completeness" for what is missing and what was not gated.
 *
 *     <testsuites name="matbench" tests="3" failures="1" errors="0" time="0">
 *       <testsuite name="gpu=8 model=x" tests="3" failures="1" errors="0" skipped="1" time="0" timestamp="2026-01-05T10:00:00">
 *         <properties><property name="version" value="v2.8.0"/>…</properties>
 *         <testcase classname="matbench.gpu=8 model=x" name="train_loss" time="0">
 *           <failure type="known-regression" message="regression, known since v2.7.0: 12.4 % above …">evidence, a line each</failure>
 *
 * regression: a failure, of type new-regression or known-regression; where --fail_on names only the other kind it is skipped. What else --fail_on names: a failure, too; missing then is an error. Not named: suspect and improvement pass, with
 * the evidence as system-out; missing, cannot tell, no history, not analysed and acknowledged are skipped, with the reason as message.
 * Characters that XML has not become U+FFFD. */
#ifndef REPORT_VERDICT_JUNIT_H
#define REPORT_VERDICT_JUNIT_H
#include "base/text.h"
#include "regress/analysis.h"
#include "regress/gate.h"

/* Appends the document; the same analysis gives the same bytes. */
void verdict_junit_render(struct text *out, const struct analysis *analysis, const struct gate *gate);

#endif
