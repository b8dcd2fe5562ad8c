#include "history/delivery.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct place {
    const char *id;
    size_t i;
    bool known; /* its fate */
};

struct running {
    const struct delivery *delivery;
    struct place *places; /* of what is to be sent, by id */
    size_t n;
    struct history_counts counts;
};

static int by_id(const void *left, const void *right)
{
    return strcmp(((const struct place *)left)->id, ((const struct place *)right)->id);
}

size_t *history_count_of(struct history_counts *counts, enum history_fate fate)
{
    switch (fate) {
    case FATE_ADDED:
        return &counts->added;
    case FATE_UNCHANGED:
        return &counts->unchanged;
    case FATE_REPLACED:
        return &counts->replaced;
    case FATE_REFUSED:
        return &counts->refused;
    case FATE_UNSENT:
        break;
    }
    return &counts->unsent;
}

static void settle(struct running *running, struct place *place, enum history_fate fate, const char *why)
{
    if (place->known)
        return;
    place->known = true;
    ++*history_count_of(&running->counts, fate);
    running->delivery->fate(running->delivery->context, place->i, fate, why);
}

/* All with this id, which the history sees once. An id that was not sent is not there: nothing is believed of it. */
static void witness(void *context, const char *id, enum history_fate fate, const char *why)
{
    struct running *running = context;
    struct place *end = running->places + running->n;
    struct place *place = running->n ? bsearch(&(struct place){.id = id}, running->places, running->n, sizeof(*running->places), by_id) : NULL;
    while (place && place > running->places && by_id(&place[-1], place) == 0)
        place--;
    for (; place && place < end && strcmp(place->id, id) == 0; place++)
        settle(running, place, fate, why);
}

static const char *fault_of(const struct history_payload *payload)
{
    const char *fault = record_fault(&payload->record);
    if (!fault && (memchr(payload->text, '\0', payload->text_len) || text_utf8_valid(payload->text, payload->text_len) != payload->text_len))
        fault = "its text is not UTF-8";
    return fault;
}

static bool add_one(struct running *running, struct history *history, size_t i, struct arena *scratch, struct error *err)
{
    const struct delivery *delivery = running->delivery;
    const char *id = delivery->id(delivery->context, i), *fault;
    struct history_payload payload;
    struct error why = {0};
    if (!id[0])
        return true;
    if (!delivery->get(delivery->context, i, scratch, &payload, &why)) {
        if (why.kind != ERR_INVALID)
            return error_set(err, why.kind, "%s", why.text);
        witness(running, id, FATE_REFUSED, why.text);
        return true;
    }
    fault = fault_of(&payload);
    if (!fault)
        return history_add(history, &payload, err);
    witness(running, id, FATE_REFUSED, fault);
    return true;
}

static bool send_all(struct running *running, struct history *history, struct error *err)
{
    struct arena scratch = {0};
    bool ok = history_begin(history, running->delivery->workload, err), begun = ok;
    for (size_t i = 0; ok && i < running->delivery->n; i++) {
        ok = add_one(running, history, i, &scratch, err);
        arena_clear(&scratch);
    }
    arena_close(&scratch);
    return begun && history_end(history, true, NULL, err) && ok;
}

bool delivery_run(struct history *history, const struct delivery *delivery, struct history_counts *counts, struct error *err)
{
    struct running running = {.delivery = delivery, .places = memory_need(malloc((delivery->n + 1) * sizeof(struct place)))};
    for (size_t i = 0; i < delivery->n; i++) {
        const char *id = delivery->id(delivery->context, i);
        if (id[0])
            running.places[running.n++] = (struct place){.id = id, .i = i};
    }
    qsort(running.places, running.n, sizeof(*running.places), by_id);
    history_set_witness(history, witness, &running);
    history_set_by_kpi(history, delivery->by_kpi);
    bool ok = send_all(&running, history, err);
    history_set_witness(history, NULL, NULL);
    for (size_t i = 0; i < running.n; i++)
        settle(&running, &running.places[i], FATE_UNSENT, err->kind ? err->text : "the server said nothing about it");
    free(running.places);
    if (ok && running.counts.unsent)
        ok = error_set(err, ERR_STORE, "payloads of which the server said nothing: %zu", running.counts.unsent);
    *counts = running.counts;
    return ok;
}
