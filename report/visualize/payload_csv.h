/* report/visualize/payload_csv.h — payloads as CSV (RFC 4180): a row per payload, its labels and KPI values.
 *
 *     test_uuid,start,batch_size,model_name,train_runtime,train_tokens_per_second
 *     0ed75135-…,2024-01-01T12:03:00.000000Z,8,meta-llama/Llama,61.5,5151.484
 *
 * Columns: test_uuid and start (UTC), then the labels of all payloads, then the KPIs of all payloads, both in the order of
 * their names; a KPI that is called like a label is "<name> (KPI)". What a payload does not have, and null, is an empty cell; texts
 * stand as they are, other values as JSON, a list of numbers too. Lines end with CR LF.
 *
 * Spreadsheets take a cell that begins with = + - @ (or a tab, a line end) for a formula, and labels come from artifacts: such a text
 * gets an apostrophe before it. Numbers are left alone.
 */
#ifndef REPORT_VISUALIZE_PAYLOAD_CSV_H
#define REPORT_VISUALIZE_PAYLOAD_CSV_H
#include <jansson.h>

#include "base/text.h"
#include "history/record.h"

struct payload_csv;

struct payload_csv *payload_csv_open(void);
void payload_csv_close(struct payload_csv *csv);
/* First for every payload, so that the columns are known. `kpis`: {"train_runtime": {"value": 3.5}, …}. */
void payload_csv_note(struct payload_csv *csv, const struct record *record, const json_t *kpis);
void payload_csv_head(const struct payload_csv *csv, struct text *out);
void payload_csv_row(const struct payload_csv *csv, const struct record *record, const json_t *kpis, struct text *out);

#endif
