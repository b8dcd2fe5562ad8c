/* Any bytes as variables (a line each) and as a server's URL: a login goes to its own host only, whatever stands beside it. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "config/servers.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const char *const names[] = {"MATBENCH_OPENSEARCH_HOST", "MATBENCH_OPENSEARCH_PORT", "MATBENCH_OPENSEARCH_URL",
                                    "MATBENCH_OPENSEARCH_USERNAME", "MATBENCH_OPENSEARCH_CA_FILE", "MATBENCH_OPENSEARCH_INSECURE"};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct arena arena = {0};
    struct variables variables = {0};
    struct error err = {0};
    char *text = arena_strndup(&arena, (const char *)bytes, size), *rest = text + strcspn(text, "\n");
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && *rest; i++) {
        char *value = rest + 1;
        *rest = '\0';
        rest = value + strcspn(value, "\n");
        *LIST_ADD(&arena, &variables) = (struct variable){.name = names[i], .value = value, .source = i % 2 ? ".env" : "environment"};
    }
    *rest = '\0';
    *LIST_ADD(&arena, &variables) = (struct variable){"MATBENCH_OPENSEARCH_PASSWORD", "", ".env", secret_new(&arena, "secret", 6)};
    struct servers *servers = servers_load(&arena, &(struct servers_sources){.variables = &variables}, &err);
    const char *own = servers_url(&variables, &arena, "opensearch", &err);
    const struct server *server = servers_find(servers, &arena, "opensearch", text, &err);
    assert(!own || !strpbrk(own, "@?#"));
    assert(!server || !strpbrk(server->url, "@?#"));
    assert(server || err.kind == ERR_USAGE);
    assert(!server || server->login == LOGIN_NONE); /* .env names no host beside its password */
    arena_close(&arena);
    return 0;
}
