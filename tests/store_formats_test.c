/* The parsers of foreign formats (OpenMetrics, JUnit, Robot Framework, XML, SQLite) on small artifacts, from YAML and from Lua. */
#include <sqlite3.h>
#include <stdlib.h>

#include "tests/store_bench.h"

static const char metrics[] = "# TYPE req counter\n# HELP req Requests \\\"all\\\"\n"
                              "req_total{code=\"200\"} 1027 1395066363.5 # {trace=\"a1\"} 1 1395066363\n"
                              "req_total{code=\"500\"} 3 1395066363.5\n"
                              "# TYPE lat_seconds histogram\n# UNIT lat_seconds seconds\n"
                              "lat_seconds_bucket{le=\"0.1\"} 1\nlat_seconds_bucket{le=\"+Inf\"} 2\nlat_seconds_count 2\nlat_seconds_sum 0.5\n"
                              "# TYPE temp gauge\ntemp NaN\n# EOF\n";

static const char surefire[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite xmlns:xsi=\"x\" name=\"org.A\" time=\"1,234.5\" tests=\"4\" errors=\"0\">\n"
    " <properties><property name=\"java.version\" value=\"17\"/></properties>\n"
    " <testcase name=\"ok\" classname=\"org.A\" time=\"0.25\"><system-out><![CDATA[printed <b>]]></system-out></testcase>\n"
    " <testcase name=\"bad\" classname=\"org.A\" time=\"1\"><failure message=\"m\" type=\"T\">text\nmore</failure>"
    "<rerunFailure message=\"m\"><stackTrace>s</stackTrace></rerunFailure></testcase>\n"
    " <testcase name=\"flaky\"><flakyFailure message=\"x\"/><flakyError/></testcase>\n"
    " <testcase name=\"off\" time=\"x\"><skipped message=\"why\"/></testcase>\n</testsuite>\n";

static const char robot6[] =
    "<robot generator=\"Robot 6.1\" generated=\"20250106 08:00:00.500\" rpa=\"false\" schemaversion=\"4\">\n<suite id=\"s1\" name=\"Top\">\n"
    "<suite id=\"s1-s1\" name=\"A\" source=\"/a.robot\"><kw name=\"Log\" library=\"BuiltIn\" type=\"SETUP\">"
    "<status status=\"PASS\" starttime=\"20250106 08:00:00.600\" endtime=\"20250106 08:00:00.601\"/></kw>\n"
    "<test id=\"s1-s1-t1\" name=\"Login\" line=\"3\"><kw name=\"Open Browser\" library=\"Selenium\"><arg>x</arg>"
    "<msg timestamp=\"20250106 08:00:01.000\" level=\"INFO\">hello</msg><kw name=\"Sleep\" library=\"BuiltIn\">"
    "<status status=\"PASS\" starttime=\"20250106 08:00:01.000\" endtime=\"20250106 08:00:01.250\"/></kw>"
    "<status status=\"PASS\" starttime=\"20250106 08:00:01.000\" endtime=\"20250106 08:00:01.500\"/></kw>"
    "<doc>D</doc><tag>smoke</tag><status status=\"PASS\" starttime=\"20250106 08:00:01.000\" endtime=\"20250106 08:00:02.750\"/></test>\n"
    "<meta name=\"k\">v</meta><status status=\"PASS\" starttime=\"20250106 08:00:00.600\" endtime=\"20250106 08:00:03.000\"/></suite>\n"
    "<status status=\"PASS\" starttime=\"N/A\" endtime=\"N/A\"/></suite>\n"
    "<statistics><total><stat pass=\"1\" fail=\"0\" skip=\"0\">All Tests</stat></total></statistics>\n"
    "<errors><msg timestamp=\"20250106 08:00:01.000\" level=\"WARN\">w</msg></errors></robot>\n";

static const char robot3[] =
    "<robot generator=\"Robot 3.2\" generated=\"20250106 08:00:00.500\"><suite id=\"s1\" name=\"Old\">"
    "<test id=\"s1-t1\" name=\"T\"><kw name=\"${i} IN [ 1 ]\" type=\"for\"><kw name=\"${i} = 1\" type=\"foritem\">"
    "<status status=\"FAIL\" starttime=\"20250106 08:00:01.000\" endtime=\"20250106 08:00:02.000\"></status></kw>"
    "<status status=\"FAIL\" starttime=\"20250106 08:00:01.000\" endtime=\"20250106 08:00:02.000\"></status></kw>"
    "<tags><tag>a</tag><tag>b</tag></tags>"
    "<status status=\"FAIL\" starttime=\"20250106 08:00:01.000\" endtime=\"20250106 08:00:02.000\" critical=\"yes\">no\nway</status></test>"
    "<metadata><item name=\"k\">v</item></metadata>"
    "<status status=\"FAIL\" starttime=\"20250106 08:00:01.000\" endtime=\"20250106 08:00:02.000\"></status></suite></robot>";

static const char robot7[] =
    "<robot generator=\"Robot 7.3\" generated=\"2025-01-06T08:00:00.500000\" schemaversion=\"5\"><suite id=\"s1\" name=\"New\">"
    "<test id=\"s1-t1\" name=\"T\"><for flavor=\"IN\"><iter><kw name=\"Log\" owner=\"BuiltIn\">"
    "<msg time=\"2025-01-06T08:00:01.000000\" level=\"INFO\">1</msg>"
    "<status status=\"PASS\" start=\"2025-01-06T08:00:01.000000\" elapsed=\"0.125\"/></kw>"
    "<status status=\"PASS\" start=\"2025-01-06T08:00:01.000000\" elapsed=\"0.25\"/></iter>"
    "<status status=\"PASS\" start=\"2025-01-06T08:00:01.000000\" elapsed=\"0.5\"/></for>"
    "<status status=\"SKIP\" start=\"2025-01-06T08:00:01.000000\" elapsed=\"1.500001\">not today</status></test>"
    "<status status=\"SKIP\" start=\"2025-01-06T08:00:00.500000\" elapsed=\"3\"/></suite></robot>";

static void run_sql(struct scratch *scratch, const char *name, const char *sql)
{
    sqlite3 *db = NULL;
    char *why = NULL;
    CHECK(sqlite3_open(scratch_path(scratch, name), &db) == SQLITE_OK && sqlite3_exec(db, sql, NULL, NULL, &why) == SQLITE_OK, "%s", why);
    sqlite3_free(why);
    sqlite3_close(db);
}

static void make_tree(struct scratch *scratch)
{
    put(scratch, "w/f.lua",
        "function all() return {openmetrics('m.om', {metric = 'req', labels = {code = 500}, value = true}), openmetrics('none') == nil,\n"
        "  junit('surefire.xml', {output = true}).suites[1].cases[1].output, #junit('surefire.xml').suites,\n"
        "  robot('robot6.xml', {keywords = {'Sleep'}}).suite.suites[1].tests[1].keywords[1].time, robot('robot6.xml').passed,\n"
        "  xml('small.xml', {select = '$.children[0].text'}), sqlite('stats.db', 'SELECT num FROM t WHERE name = :n', {params = {n = 'a'}, value = true}),\n"
        "  sqlite('stats.db', 'SELECT num FROM t WHERE num > ? ORDER BY num', {params = {1}})[1].num} end\n"
        "function bad_name() return openmetrics('m.om', {metrik = 'x'}) end\n"
        "function bad_kind() return openmetrics('m.om', {value = 1}) end\n"
        "function bad_fit() return openmetrics('m.om', {value = true}) end\n"
        "function bad_table() return junit('surefire.xml', true) end\n"
        "function no_query() return sqlite('stats.db') end\n"
        "function bad_query() return sqlite('stats.db', 'DROP TABLE t') end\n"
        "function bad_params() return sqlite('stats.db', 'SELECT ? AS x', {params = {{}}}) end\n");
    put(scratch, "results/t/settings.yaml", "model: m\n");
    put(scratch, "results/t/exit_code", "0\n");
    put(scratch, "results/t/m.om", metrics);
    put(scratch, "results/t/cut.om", "# TYPE a counter\n# UNIT a_seconds seconds\na_total 1 15.5\n");
    put(scratch, "results/t/types.om", "# TYPE a info\na_info 1\n");
    put(scratch, "results/t/text.prom", "# a comment\n\n# TYPE a counter\na{x=\"1\",} 2 1395066363500\n\ta { x = \"2\" } 3\nb 1e3\n");
    put_bytes(scratch, "results/t/latin.prom", "a{b=\"\xE9\"} 1\n", 11);
    put(scratch, "results/t/series.prom", "a{b=\"1\"} 1\na{b=\"2\"} 2\n");
    put(scratch, "results/t/times.om", "a{b=\"1\"} 1 1\na{b=\"1\"} 2 2\n# EOF\n");
    put(scratch, "results/t/empty", "");
    put(scratch, "results/t/surefire.xml", surefire);
    put(scratch, "results/t/pytest.xml",
        "<testsuites name=\"pytest tests\"><testsuite name=\"pytest\" tests=\"3\" time=\"0.5\" timestamp=\"2025-01-06T08:00:00.5\" hostname=\"h\">"
        "<testcase classname=\"c\" name=\"t\" time=\"0.25\"><properties><property name=\"p99\" value=\"12.5\"/></properties></testcase>"
        "<testcase classname=\"c\" name=\"e\" time=\"0\"><error message=\"failed on setup\">x</error></testcase></testsuite></testsuites>");
    put(scratch, "results/t/go.xml",
        "<testsuites tests=\"2\" failures=\"1\" errors=\"0\" time=\"0.75\"><testsuite tests=\"1\" time=\"0.5\" name=\"pkg/a\">"
        "<testcase classname=\"pkg/a\" name=\"TestA\" time=\"0.5\"><failure message=\"Failed\" type=\"\">a_test.go:1: no</failure></testcase>"
        "</testsuite><testsuite tests=\"1\" name=\"pkg/b\"><testcase classname=\"pkg/b\" name=\"TestB\" time=\"0.25\"/></testsuite></testsuites>");
    put(scratch, "results/t/jest.xml",
        "<testsuites name=\"jest tests\" tests=\"1\"><testsuite name=\"s\"><testcase classname=\"s t\" name=\"s t\" time=\"0.1\">"
        "<failure>Error: first\n    at x</failure></testcase></testsuite></testsuites>");
    put(scratch, "results/t/gtest.xml",
        "<testsuites tests=\"2\" disabled=\"1\"><testsuite name=\"A\"><testcase name=\"a\" status=\"run\" result=\"completed\" file=\"a.cc\" line=\"7\"/>"
        "<testcase name=\"b\" status=\"notrun\"/></testsuite></testsuites>");
    put(scratch, "results/t/nested.xml", "<testsuites><testsuite name=\"o\" tests=\"2\"><testsuite name=\"i\" time=\"1\"><testcase name=\"a\"/>"
                                         "<testcase name=\"b\"/></testsuite></testsuite></testsuites>");
    put(scratch, "results/t/robot3.xml", robot3);
    put(scratch, "results/t/robot6.xml", robot6);
    put(scratch, "results/t/robot7.xml", robot7);
    put(scratch, "results/t/small.xml", "<?xml version='1.0'?><a b=\"1\" c=\"&lt;\"> own <d>x &amp; <![CDATA[<y>]]></d> text </a>");
    put_bytes(scratch, "results/t/control.xml", "<a>\x1b[1m \xff</a>", 13);
    put(scratch, "results/t/latin.xml", "<?xml version='1.0' encoding='ISO-8859-1'?><a>\xE9</a>");
    put(scratch, "results/t/bomb.xml", "<!DOCTYPE a [<!ENTITY b \"bbb\">]><a>&b;</a>");
    put(scratch, "results/t/doctype.xml", "<!DOCTYPE a SYSTEM \"/etc/passwd\"><a>x</a>");
    put(scratch, "results/t/entity.xml", "<!DOCTYPE a SYSTEM \"/etc/passwd\">\n<a>&x;</a>");
    put(scratch, "results/t/undefined.xml", "<a>&x;</a>");
    put(scratch, "results/t/cut.xml", "<a>\n <b>");
    put(scratch, "results/t/cross.xml", "<a>\n <b></a>");
    put(scratch, "results/t/two.xml", "<a/><b/>");
    put(scratch, "results/t/not.xml", "hello");
    run_sql(scratch, "results/t/stats.db",
            "CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT, num INTEGER, x REAL, b BLOB);"
            "INSERT INTO t(name, num, x, b) VALUES ('a', 1, 0.5, x'00ff'), ('b', 2, 9e999, NULL), (CAST(x'63e9' AS TEXT), 3, NULL, 'text');"
            "CREATE VIEW v AS SELECT 1 AS a; CREATE TABLE empty(a)");
    put(scratch, "results/t/not.db", "this is no database, but long enough to be one: ............................................................");
    put(scratch, "results/t/hot.db", "SQLite format 3");
    put_bytes(scratch, "results/t/hot.db-journal", "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7....", 12);
}

struct row {
    const char *parser, *value;
    const char *findings; /* from NOTE on; "" for none */
};

#define DB "sqlite: stats.db, query: "
static const struct row rows[] = {
    /* OpenMetrics */
    {"openmetrics: m.om, metrics: [req, none]",
     "{\"req\":{\"type\":\"counter\",\"unit\":\"\",\"help\":\"Requests \\\"all\\\"\",\"samples\":[{\"name\":\"req_total\",\"labels\":{\"code\":\"200\"},"
     "\"value\":1027.0,\"time\":1395066363.5,\"exemplar\":{\"labels\":{\"trace\":\"a1\"},\"value\":1.0,\"time\":1395066363.0}},"
     "{\"name\":\"req_total\",\"labels\":{\"code\":\"500\"},\"value\":3.0,\"time\":1395066363.5}]},\"none\":null}", ""},
    {"openmetrics: m.om, metric: lat_seconds_bucket",
     "[{\"name\":\"lat_seconds_bucket\",\"labels\":{\"le\":\"0.1\"},\"value\":1.0},{\"name\":\"lat_seconds_bucket\",\"labels\":{\"le\":\"+Inf\"},\"value\":2.0}]", ""},
    {"openmetrics: m.om, metric: req, labels: {code: 500}, value: true", "3.0", ""},
    {"openmetrics: m.om, metric: req, labels: {code: 404}, value: true", "null", "NOTE m.om: no sample of 'req' with these labels"},
    {"openmetrics: m.om, metric: nothing", "[]", ""},
    {"openmetrics: m.om, metric: req, value: true", "null", "BROKEN 'v': m.om: 'req' has more than one series here*"},
    {"openmetrics: m.om, metric: temp, value: true", "null", "WARNING m.om: 1 values are NaN or infinite (read as null)"},
    {"openmetrics: times.om, metric: a, value: true", "2.0", ""},
    {"openmetrics: text.prom",
     "{\"a\":{\"type\":\"counter\",\"unit\":\"\",\"help\":\"\",\"samples\":[{\"name\":\"a\",\"labels\":{\"x\":\"1\"},\"value\":2.0,\"time\":1395066363.5},"
     "{\"name\":\"a\",\"labels\":{\"x\":\"2\"},\"value\":3.0}]},\"b\":{\"type\":\"unknown\",\"unit\":\"\",\"help\":\"\",\"samples\":[{\"name\":\"b\",\"labels\":{},\"value\":1000.0}]}}", ""},
    {"openmetrics: text.prom, format: openmetrics", "null", "BROKEN 'v': text.prom:1:1: expected '# TYPE', '# UNIT', '# HELP' or '# EOF'"},
    {"openmetrics: cut.om", "null", "BROKEN 'v': cut.om:2:3: UNIT is of OpenMetrics, but there is no line '# EOF'*"},
    {"openmetrics: cut.om, format: openmetrics", "null", "BROKEN 'v': cut.om:3:1: the family 'a_seconds'*|BROKEN 'v': cut.om:*"},
    {"openmetrics: types.om", "null", "BROKEN 'v': types.om:1:10: the type info is of OpenMetrics*"},
    {"openmetrics: types.om, format: prometheus, metric: a_info, value: true", "1.0", ""},
    {"openmetrics: latin.prom, metric: a", "[{\"name\":\"a\",\"labels\":{\"b\":\"\xEF\xBF\xBD\"},\"value\":1.0}]", "WARNING latin.prom: 1 bytes are not UTF-8 (read as U+FFFD)"},
    {"openmetrics: series.prom, metric: a, labels: {b: '2'}, value: true", "2.0", ""},
    {"openmetrics: empty", "{}", ""},
    {"openmetrics: none.om", "null", "LACK none.om: not found"},
    /* JUnit */
    {"junit: surefire.xml",
     "{\"tests\":4,\"failures\":1,\"errors\":0,\"skipped\":1,\"time\":1234.5,\"suites\":[{\"name\":\"org.A\",\"tests\":4,\"failures\":1,\"errors\":0,\"skipped\":1,"
     "\"time\":1234.5,\"timestamp\":null,\"hostname\":null,\"properties\":{\"java.version\":\"17\"},\"suites\":[],\"cases\":["
     "{\"name\":\"ok\",\"classname\":\"org.A\",\"time\":0.25,\"status\":\"passed\",\"message\":null,\"type\":null,\"text\":null,\"flaky\":0,\"reruns\":0,\"properties\":{}},"
     "{\"name\":\"bad\",\"classname\":\"org.A\",\"time\":1.0,\"status\":\"failed\",\"message\":\"m\",\"type\":\"T\",\"text\":\"text\\nmore\",\"flaky\":0,\"reruns\":1,\"properties\":{}},"
     "{\"name\":\"flaky\",\"classname\":null,\"time\":null,\"status\":\"passed\",\"message\":null,\"type\":null,\"text\":null,\"flaky\":2,\"reruns\":0,\"properties\":{}},"
     "{\"name\":\"off\",\"classname\":null,\"time\":null,\"status\":\"skipped\",\"message\":\"why\",\"type\":null,\"text\":null,\"flaky\":0,\"reruns\":0,\"properties\":{}}]}]}", ""},
    {"junit: surefire.xml, output: true, select: '$.suites[0].cases[0].output'", "\"printed <b>\"", ""},
    {"junit: pytest.xml, select: '$.suites[0].cases[0].properties'", "{\"p99\":\"12.5\"}", "NOTE pytest.xml: line 1: 'pytest' says that it has 3 tests, there are 2"},
    {"junit: pytest.xml, select: '$..status'", "[\"passed\",\"error\"]", "NOTE*"},
    {"junit: go.xml, select: $.time", "0.75", ""},
    {"junit: go.xml, select: '$.suites[*].time'", "[0.5,0.25]", ""},
    {"junit: go.xml, select: $.failures", "1", ""},
    {"junit: jest.xml, select: '$..message', first: true", "\"Error: first\"", ""},
    {"junit: gtest.xml, select: '$..status'", "[\"passed\",\"skipped\"]", ""},
    {"junit: gtest.xml, select: '$.suites[0].cases[0].line'", "\"7\"", ""},
    {"junit: nested.xml, select: '$.suites[0].suites[0].tests'", "2", ""},
    {"junit: nested.xml, select: $.time", "1.0", ""},
    {"junit: small.xml", "null", "BROKEN 'v': small.xml:1:22: <a>: expected JUnit's <testsuites> or <testsuite>"},
    {"junit: none.xml", "null", "LACK none.xml: not found"},
    /* Robot Framework */
    {"robot: robot6.xml",
     "{\"generator\":\"Robot 6.1\",\"generated\":\"2025-01-06T08:00:00.500000\",\"tests\":1,\"passed\":1,\"failed\":0,\"skipped\":0,\"suite\":{\"name\":\"Top\",\"id\":\"s1\","
     "\"source\":null,\"doc\":\"\",\"metadata\":{},\"status\":\"PASS\",\"message\":null,\"start\":null,\"end\":null,\"time\":null,\"tests\":[],\"suites\":[{\"name\":\"A\",\"id\":\"s1-s1\","
     "\"source\":\"/a.robot\",\"doc\":\"\",\"metadata\":{\"k\":\"v\"},\"status\":\"PASS\",\"message\":null,\"start\":\"2025-01-06T08:00:00.600000\",\"end\":\"2025-01-06T08:00:03\",\"time\":2.4,"
     "\"tests\":[{\"name\":\"Login\",\"id\":\"s1-s1-t1\",\"suite\":\"Top.A\",\"doc\":\"D\",\"tags\":[\"smoke\"],\"status\":\"PASS\",\"message\":null,"
     "\"start\":\"2025-01-06T08:00:01\",\"end\":\"2025-01-06T08:00:02.750000\",\"time\":1.75}],\"suites\":[]}]},"
     "\"statistics\":{\"total\":[{\"name\":\"All Tests\",\"pass\":1,\"fail\":0,\"skip\":0}],\"tags\":[],\"suites\":[]},"
     "\"errors\":[{\"level\":\"WARN\",\"time\":\"2025-01-06T08:00:01\",\"text\":\"w\"}]}", ""},
    {"robot: robot6.xml, keywords: ['Open*', Log], messages: true, select: '$..keywords[*].name'", "[\"Log\",\"Open Browser\"]", ""},
    {"robot: robot6.xml, keywords: true, select: '$..tests[0].keywords', first: true",
     "[{\"name\":\"Open Browser\",\"owner\":\"Selenium\",\"type\":\"keyword\",\"level\":1,\"status\":\"PASS\",\"message\":null,\"start\":\"2025-01-06T08:00:01\",\"end\":\"2025-01-06T08:00:01.500000\",\"time\":0.5},"
     "{\"name\":\"Sleep\",\"owner\":\"BuiltIn\",\"type\":\"keyword\",\"level\":2,\"status\":\"PASS\",\"message\":null,\"start\":\"2025-01-06T08:00:01\",\"end\":\"2025-01-06T08:00:01.250000\",\"time\":0.25}]", ""},
    {"robot: robot6.xml, keywords: [Log], select: '$..keywords[*].type'", "[\"setup\"]", ""},
    {"robot: robot6.xml, keywords: ['Open Browser'], messages: true, select: '$..messages[*].text'", "[\"hello\"]", ""},
    {"robot: robot3.xml, select: '$.suite.tests[0]'",
     "{\"name\":\"T\",\"id\":\"s1-t1\",\"suite\":\"Old\",\"doc\":\"\",\"tags\":[\"a\",\"b\"],\"status\":\"FAIL\",\"message\":\"no\\nway\","
     "\"start\":\"2025-01-06T08:00:01\",\"end\":\"2025-01-06T08:00:02\",\"time\":1.0}", ""},
    {"robot: robot3.xml, select: '$.suite.metadata.k'", "\"v\"", ""},
    {"robot: robot3.xml, keywords: true, select: '$..keywords[*].type'", "[\"for\",\"foritem\"]", ""},
    {"robot: robot7.xml, select: '$.suite.tests[0].end'", "\"2025-01-06T08:00:02.500001\"", ""},
    {"robot: robot7.xml, select: $.skipped", "1", ""},
    {"robot: robot7.xml, keywords: true, select: '$..keywords[*].level'", "[1,2,3]", ""},
    {"robot: robot7.xml, keywords: [for], select: '$..keywords[*].time'", "[0.5]", ""},
    {"robot: surefire.xml", "null", "BROKEN 'v': surefire.xml:2:1: <testsuite>: expected Robot Framework's <robot> with a <suite>"},
    /* XML */
    {"xml: small.xml", "{\"name\":\"a\",\"attributes\":{\"b\":\"1\",\"c\":\"<\"},\"text\":\"own  text\",\"children\":"
                       "[{\"name\":\"d\",\"attributes\":{},\"text\":\"x & <y>\",\"children\":[]}]}", ""},
    {"xml: small.xml, select: '$.children[0].text'", "\"x & <y>\"", ""},
    {"xml: control.xml, select: $.text", "\"\xEF\xBF\xBD[1m \xEF\xBF\xBD\"", "WARNING control.xml: 2 characters are not allowed in XML (read as U+FFFD)"},
    {"xml: latin.xml, select: $.text", "\"\xC3\xA9\"", ""},
    {"xml: doctype.xml, select: $.text", "\"x\"", ""},
    {"xml: bomb.xml", "null", "BROKEN 'v': bomb.xml:1:1*: a DOCTYPE with declarations is refused*"},
    {"xml: entity.xml", "null", "BROKEN 'v': entity.xml:2:4: the entity &x; is not known*"},
    {"xml: undefined.xml", "null", "BROKEN 'v': undefined.xml:1:4: an entity that XML does not have*"},
    {"xml: cut.xml", "null", "BROKEN 'v': cut.xml:2:5: the document ends before its root element does*"},
    {"xml: cross.xml", "null", "BROKEN 'v': cross.xml:2:7: expected </b>, which stands open since 2:2"},
    {"xml: two.xml", "null", "BROKEN 'v': two.xml:1:5: expected nothing behind the root element"},
    {"xml: not.xml", "null", "BROKEN 'v': not.xml:1:1: expected XML here"},
    {"xml: empty", "null", "BROKEN 'v': empty:1:1: the document ends*"},
    /* SQLite */
    {DB "SELECT name AS n\\, num\\, x\\, b FROM t", "[{\"n\":\"a\",\"num\":1,\"x\":0.5,\"b\":\"00ff\"},{\"n\":\"b\",\"num\":2,\"x\":null,\"b\":null},"
     "{\"n\":\"c\xEF\xBF\xBD\",\"num\":3,\"x\":null,\"b\":\"text\"}]",
     "WARNING stats.db: 1 bytes are not UTF-8 (read as U+FFFD)\nWARNING stats.db: 1 numbers are infinite (read as null)"},
    {DB "SELECT num FROM t ORDER BY num DESC, first: true", "{\"num\":3}", ""},
    {DB "SELECT num FROM empty\\, t WHERE num > 5, first: true", "null", ""},
    {DB "SELECT sum(num) AS n FROM t, value: true", "6", ""},
    {DB "SELECT num FROM t, value: true", "null", "BROKEN 'v': stats.db: the query gives 3 rows of 1 columns: expected one of one for value: true"},
    {DB "SELECT num FROM t WHERE name = ? OR num = ?, params: 'list{settings.model\\, 2}'", "[{\"num\":2}]", ""},
    {DB "SELECT num FROM t WHERE name = :n, params: '{n = \"a\"}'", "[{\"num\":1}]", ""},
    {DB "SELECT num FROM t WHERE name = :n, params: '{m = \"a\"}'", "null", "BROKEN 'v': stats.db: the query's parameter :n: expected*"},
    {DB "SELECT num FROM t, params: '{m = \"a\"}'", "null", "BROKEN 'v': stats.db: the query has 0 parameters, params gives 1"},
    {DB "SELECT num FROM t WHERE name LIKE \"_\" OR 1, first: true", "null", "BROKEN 'v': stats.db: line 1, column 35 of the query at */w/workload.yaml:*: no such column: _"},
    {DB "SELECT num FROM t WHERE name LIKE upper(name) AND num = 1", "[{\"num\":1}]", ""},
    {DB "SELECT nam FROM t", "null", "BROKEN 'v': stats.db: line 1, column 8 of the query at */w/workload.yaml:*: no such column: nam"},
    {DB "SELECT 1 AS a FROM none", "null", "BROKEN 'v': stats.db: the query at */w/workload.yaml:*: no such table: none"},
    {DB "SELECT a FROM v", "null", "BROKEN 'v': stats.db: *view*prohibited"},
    {DB "SELECT num\\, num FROM t", "null", "BROKEN 'v': stats.db: two columns of the query have the name 'num'*"},
    {DB "SELECT trim(name\\, name) AS x FROM t", "null", "BROKEN 'v': stats.db: *the function 'trim' is not allowed here"},
    {DB "SELECT num FROM t WHERE name GLOB name", "null", "BROKEN 'v': stats.db: line 1, column 30 of*: the function 'glob' is not allowed*"},
    {DB "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 3) SELECT count(*) AS n FROM c, value: true", "3", ""},
    {"sqlite: not.db, query: SELECT 1 AS a FROM t", "null", "BROKEN 'v': not.db: is not a SQLite file"},
    {"sqlite: empty, query: SELECT 1 AS a FROM t", "null", "BROKEN 'v': empty: is empty, expected a SQLite database"},
    {"sqlite: hot.db, query: SELECT 1 AS a FROM t", "null", "BROKEN 'v': hot.db: its writer ended within a transaction*"},
    {"sqlite: none.db, query: SELECT 1 AS a FROM t", "null", "LACK none.db: not found"},
    /* Lua */
    {"lua: all", "[3.0,true,\"printed <b>\",1,0.25,1,\"x & <y>\",1,2]", "LACK none: not found"},
    {"lua: bad_name", "null", "BROKEN 'v': *'metrik' is no argument of it, which has: format, metrics, metric, labels, value*"},
    {"lua: bad_kind", "null", "BROKEN 'v': *value: expected true or false*"},
    {"lua: bad_fit", "null", "BROKEN 'v': *expected metric: NAME*"},
    {"lua: bad_table", "null", "BROKEN 'v': *argument 2 must be a table*"},
    {"lua: no_query", "null", "BROKEN 'v': *argument 2 must be text*"},
    {"lua: bad_query", "null", "BROKEN 'v': *the query begins with 'DROP TABLE t': expected a SELECT*"},
    {"lua: bad_params", "null", "BROKEN 'v': *the query's parameter ?: expected*"},
};

/* A workload that does not load: the message. */
static const struct row refused[] = {
    {"openmetrics: m.om, value: true", "*:4:44: 'v': value: true is the value of one metric: expected metric: NAME beside it", ""},
    {"openmetrics: m.om, metric: a, metrics: [b]", "*: 'v': expected metric or metrics, found both", ""},
    {"openmetrics: m.om, labels: [a]", "*: 'v': labels: found a list, expected a map", ""},
    {"openmetrics: m.om, format: csv", "*expected auto, openmetrics or prometheus", ""},
    {"robot: r.xml, messages: true", "*: 'v': messages are those of keywords: expected keywords beside it", ""},
    {"sqlite: a.db", "*: 'v': the parser 'sqlite' needs query", ""},
    {DB "DELETE FROM t", "*:4:43: the query begins with 'DELETE FROM t': expected a SELECT", ""},
    {DB "SELECT a FORM t WHERE", "*line 1, column 1* of the query: near \"t\": syntax error", ""},
    {DB "SELECT 1 AS a; DROP TABLE t", "*: the query has more than one statement: expected one SELECT", ""},
    {DB "SELECT load_extension(1) AS a", "*line 1, column 8 of the query: the function 'load_extension' is not allowed: expected*", ""},
    {DB "SELECT 1 AS a, first: true, value: true", "*: 'v': expected first or value, found both", ""},
};

/* In a YAML flow map a comma ends a plain text: "\," in the rows stands within quotes. */
static const char *flow(struct arena *arena, const char *parser)
{
    const char *query = strstr(parser, "query: ");
    if (!query)
        return parser;
    struct text out = text_open(10000);
    text_addn(&out, parser, (size_t)(query + 7 - parser));
    text_addc(&out, '\'');
    bool quoted = true;
    for (const char *p = query + 7; *p; p++) {
        if (*p == ',' && quoted) {
            text_addc(&out, '\'');
            quoted = false;
        }
        if (!(*p == '\\' && p[1] == ','))
            text_addc(&out, *p);
        else
            text_addc(&out, *++p);
    }
    text_add(&out, quoted ? "'" : "");
    const char *text = arena_strdup(arena, out.s);
    text_close(&out);
    return text;
}

static void write_workload(struct scratch *scratch, struct arena *arena, const char *parser)
{
    put(scratch, "w/workload.yaml", arena_printf(arena, "workload: t\nlua: [f.lua]\nlts: none\nparse_once: {v: {%s}}\n", flow(arena, parser)));
}

/* Patterns divided by '|'; each with '*' at any place. */
static bool fits(const char *text, const char *patterns)
{
    struct arena arena = {0};
    bool found = false;
    for (const char *p = patterns; !found; p += strcspn(p, "|") + 1) {
        const char *pattern = arena_strndup(&arena, p, strcspn(p, "|"));
        const char *at = text;
        bool ok = true;
        for (const char *part = pattern; ok; part += strcspn(part, "*") + 1) {
            size_t n = strcspn(part, "*");
            bool first = part == pattern, last = part[n] == '\0';
            const char *hit = first ? (strncmp(at, part, n) == 0 ? at : NULL) : memmem(at, strlen(at), part, n);
            if (last && !first)
                hit = strlen(at) >= n && strcmp(at + strlen(at) - n, part) == 0 ? at + strlen(at) - n : NULL;
            ok = hit && (!last || !first || strlen(at) == n);
            if (hit)
                at = hit + n;
            if (last)
                break;
        }
        found = ok;
        if (!p[strcspn(p, "|")])
            break;
    }
    arena_close(&arena);
    return found;
}

static void test_rows(struct scratch *scratch)
{
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct store_bench bench;
        struct arena arena = {0};
        write_workload(scratch, &arena, rows[i].parser);
        if (bench_open(&bench, scratch, NULL, 0)) {
            bench_parse(&bench, 0);
            const char *value = json_text(&bench.arena, json_object_get(parsing_values(bench.parsing), "v"));
            const char *findings = findings_text(&bench.arena, parsing_findings(bench.parsing), FINDING_NOTE);
            CHECK(strcmp(value, rows[i].value) == 0, "%s: %s", rows[i].parser, value);
            CHECK(fits(findings, rows[i].findings), "%s: '%s'", rows[i].parser, findings);
        }
        bench_close(&bench);
        arena_close(&arena);
    }
}

static void test_refused(struct scratch *scratch)
{
    for (size_t i = 0; i < ROWS(refused); i++) {
        struct arena arena = {0};
        struct error err = {0};
        write_workload(scratch, &arena, refused[i].parser);
        struct workload *workload = workload_load(&arena, scratch_path(scratch, "w"), store_registry(), &err);
        CHECK(!workload && err.kind == ERR_USAGE && fits(err.text, refused[i].value), "%s: %s", refused[i].parser, err.text);
        workload_close(workload);
        arena_close(&arena);
    }
}

int main(void)
{
    struct scratch scratch;
    scratch_open(&scratch);
    make_tree(&scratch);
    test_rows(&scratch);
    test_refused(&scratch);
    scratch_close(&scratch);
    return check_end();
}
