#include "store/budget.h"

struct budget budget_open(void)
{
    struct budget budget;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &budget.start);
    return budget;
}

bool budget_left(const struct budget *budget, struct error *err)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    if (now.tv_sec - budget->start.tv_sec < BUDGET_SECONDS)
        return true;
    return error_set(err, ERR_ARTIFACT, "matching takes more than %d seconds", (int)BUDGET_SECONDS);
}
