/* workload/expect_keys.h — reading `expect:` of `analyze:`: what must be there for an analysis to be complete (struct expect). */
#ifndef WORKLOAD_EXPECT_KEYS_H
#define WORKLOAD_EXPECT_KEYS_H
#include "workload/reader.h"

bool expect_keys_read(const struct reader *reader, const struct node *node, struct analyze *analyze);
shape_maker shape_expect;

#endif
