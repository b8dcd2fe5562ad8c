#include "report/visualize/kpi_cell.h"

#include <math.h>
#include <stdlib.h>

#include "regress/value.h"

static int compare_numbers(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static struct kpi_cell cell_of_list(const json_t *list)
{
    struct kpi_cell cell = {.kind = KPI_CELL_LIST, .value = NAN, .min = NAN, .median = NAN, .max = NAN};
    double *numbers = memory_need(malloc((json_array_size(list) + 1) * sizeof(*numbers)));
    for (size_t i = 0; i < json_array_size(list); i++)
        if (json_is_number(json_array_get(list, i)))
            numbers[cell.n++] = json_number_value(json_array_get(list, i));
    if (cell.n) {
        qsort(numbers, cell.n, sizeof(*numbers), compare_numbers);
        size_t middle = cell.n / 2;
        cell.min = numbers[0];
        cell.max = numbers[cell.n - 1];
        cell.median = cell.n % 2 ? numbers[middle] : numbers[middle - 1] / 2 + numbers[middle] / 2;
    }
    free(numbers);
    return cell;
}

struct kpi_cell kpi_cell_of(const json_t *payload, const char *kpi)
{
    const json_t *value = json_object_get(json_object_get(json_object_get(payload, "kpis"), kpi), "value");
    if (json_is_array(value))
        return cell_of_list(value);
    if (json_is_number(value)) {
        double number = json_number_value(value);
        return (struct kpi_cell){.kind = KPI_CELL_NUMBER, .value = number, .n = 1, .min = number, .median = number, .max = number};
    }
    return (struct kpi_cell){.kind = KPI_CELL_NONE, .value = NAN};
}

const char *kpi_cell_shown(const struct kpi_cell *cell, const struct kpi_rule *rule, struct arena *arena)
{
    if (cell->kind != KPI_CELL_LIST)
        return value_shown(rule, cell->value, VALUE_PEOPLE, arena);
    if (cell->n == 0)
        return "no values";
    return arena_printf(arena, "%zu value%s: min %s, median %s, max %s", cell->n, cell->n == 1 ? "" : "s",
                        value_shown(rule, cell->min, VALUE_PEOPLE, arena), value_shown(rule, cell->median, VALUE_PEOPLE, arena),
                        value_shown(rule, cell->max, VALUE_PEOPLE, arena));
}

const char *kpi_direction_sign(enum direction better)
{
    static const char *const signs[] = {[DIRECTION_NONE] = "", [DIRECTION_HIGHER] = " ↑", [DIRECTION_LOWER] = " ↓"};
    return signs[better];
}
