/* regress: label values of any bytes have an order, the same both ways; ranks follow the values' equality. The input is
 * cut at newlines into values. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "regress/order.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct arena arena = {0};
    struct order_item items[8];
    char *text = arena_strndup(&arena, (const char *)bytes, size), *save = NULL;
    size_t n = 0;
    for (char *line = strtok_r(text, "\n", &save); line && n < 8; line = strtok_r(NULL, "\n", &save), n++)
        items[n] = (struct order_item){line, (int64_t)strlen(line)};
    size_t *ranks = order_ranks(items, n, &arena);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            int ij = order_compare(items[i].value, items[j].value), ji = order_compare(items[j].value, items[i].value);
            assert((ij < 0) == (ji > 0) && (ij == 0) == (strcmp(items[i].value, items[j].value) == 0));
            assert((ranks[i] == ranks[j]) == (ij == 0));
        }
    }
    arena_close(&arena);
    return 0;
}
