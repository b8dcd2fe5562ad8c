/* store/quantity.h; rows follow the grammar of k8s.io/apimachinery/pkg/api/resource.Quantity. */
#include <string.h>

#include "store/quantity.h"
#include "tests/check.h"

static const struct {
    const char *text;
    double value;
    const char *error;
} rows[] = {
    {"63500m", 63.5, NULL}, {"130000000Ki", 130000000.0 * 1024, NULL}, {"8", 8, NULL}, {"1e3", 1000, NULL}, {"12E", 12e18, NULL},
    {"12E3", 12000, NULL}, {"1E-2", 0.01, NULL}, {"0.5", 0.5, NULL}, {"1Gi", 1073741824, NULL}, {"1.5Gi", 1610612736, NULL},
    {"100m", 0.1, NULL}, {"3n", 3e-9, NULL}, {"7u", 7e-6, NULL}, {"2k", 2000, NULL}, {"2M", 2e6, NULL}, {"2G", 2e9, NULL},
    {"2T", 2e12, NULL}, {"2P", 2e15, NULL}, {"1Mi", 1048576, NULL}, {"1Ti", 0x1p40, NULL}, {"1Pi", 0x1p50, NULL}, {"1Ei", 0x1p60, NULL},
    {"-5", -5, NULL}, {"+5", 5, NULL}, {".5", 0.5, NULL}, {"5.", 5, NULL}, {"0", 0, NULL}, {"16384Mi", 17179869184.0, NULL},
    {"", 0, "'': expected a quantity, as in '500m' or '1.5Gi'"},
    {"Gi", 0, "'Gi': expected a quantity, as in '500m' or '1.5Gi'"},
    {" 1", 0, "' 1': expected a quantity, as in '500m' or '1.5Gi'"},
    {"1K", 0, "'1K': unknown suffix 'K', expected one of n u m k M G T P E Ki Mi Gi Ti Pi Ei"},
    {"1 Gi", 0, "'1 Gi': unknown suffix ' Gi', expected one of n u m k M G T P E Ki Mi Gi Ti Pi Ei"},
    {"1GiB", 0, "'1GiB': unknown suffix 'GiB', expected one of n u m k M G T P E Ki Mi Gi Ti Pi Ei"},
    {"1e", 0, "'1e': unknown suffix 'e', expected one of n u m k M G T P E Ki Mi Gi Ti Pi Ei"},
    {"1e999", 0, "'1e999': beyond the range of a double"},
    {"0x10", 0, "'0x10': unknown suffix 'x10', expected one of n u m k M G T P E Ki Mi Gi Ti Pi Ei"},
    {"nan", 0, "'nan': expected a quantity, as in '500m' or '1.5Gi'"},
};

int main(void)
{
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct error err = {0};
        double value = -1;
        bool ok = quantity_parse(rows[i].text, (struct pos){0}, &value, &err);
        CHECK(ok == !rows[i].error, "%s: %s", rows[i].text, err.text);
        CHECK(!ok || value == rows[i].value, "%s: %.17g", rows[i].text, value);
        CHECK(ok || (strcmp(err.text, rows[i].error) == 0 && value == -1), "%s: %s", rows[i].text, err.text);
    }
    return check_end();
}
