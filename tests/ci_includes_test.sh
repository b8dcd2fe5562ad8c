#!/bin/bash
# ci/check-includes: finds each kind of breach, and only those. $1: the top of the source tree.
set -eu
folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
mkdir -p "$folder"/{ci,base,json,history/{a,b},tests}
cp -- "$1"/ci/{common.sh,check-includes} "$folder/ci"

cat >"$folder/base/x.c" <<'EOF'
#include "base/x.h"
#include "json/read.h"
#include "x.h"
#include "util/y.h"
#include <sqlite3.h>
#include <jansson.h>
/* strcpy(a, b) in a comment, "
   system("x") */ int a = atoi ("7");
int b = my_atoi("atoi(") + '"' + '\''; // popen(
#  include <openssl/evp.h>
  x->system(1); snprintf(a, 1, "\"sprintf(");
EOF
cat >"$folder/tests/x.c" <<'EOF'
#include <sqlite3.h>
#include "json/read.h"
int a = system("x");
int b = strcpy(a, b);
EOF
cat >"$folder/history/a/x.c" <<'EOF'
#include "history/a/y.h"
#include "history/b/y.h"
#include "history/y.h"
EOF
cat >"$folder/expected" <<'EOF'
base/x.c:2: base/ comes before json/, so it must not include "json/read.h"
base/x.c:3: "x.h": expected "folder/x.h"
base/x.c:4: "util/y.h": no such folder in the order
base/x.c:5: <sqlite3.h> belongs to history/sqlite/sqlite.c or store/sqlite_query.c only
base/x.c:8: atoi() is banned
base/x.c:10: <openssl/evp.h> belongs to base/digest.c only
base/x.c:11: system() is banned
history/a/x.c:2: history/a/ must not include "history/b/y.h": it is beside it
tests/x.c:4: strcpy() is banned
EOF

code=0
"$folder/ci/check-includes" >"$folder/got" || code=$?
diff -u "$folder/expected" "$folder/got"
[ "$code" -eq 1 ]
rm -- "$folder"/{base,tests,history/a}/x.c
echo '#include "base/y.h"' >"$folder/json/y.c"
"$folder/ci/check-includes"
echo "2 passed, 0 failed"
