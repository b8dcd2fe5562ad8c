/* What config/servers makes of env files and a credentials file: `servers_driver DIR PREFIX URL CREDENTIALS|- [stop]` prints the server
 * as it is found (of its secrets the lengths), or the error. With `stop` it stops itself, for a look at its memory. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config/servers.h"

static const char *shown(const char *text)
{
    return text ? text : "-";
}

static void print(const struct server *server)
{
    static const char *const logins[] = {"none", "basic", "api_key", "bearer", "aws"};
    printf("%s %s user=%s secret=%zu session=%zu key_header=%s region=%s service=%s ca=%s certificate=%s key=%s pin=%s insecure=%d\n%s\n",
           server->url, logins[server->login], shown(server->user), server->secret ? secret_len(server->secret) : 0,
           server->session ? secret_len(server->session) : 0, shown(server->key_header), shown(server->aws_region),
           shown(server->aws_service), shown(server->ca_file), shown(server->client_certificate), shown(server->client_key),
           shown(server->pinned_key), server->insecure, shown(server->hint));
}

int main(int argc, char **argv)
{
    struct arena arena = {0};
    struct error err = {0};
    struct envfile_warnings warnings = {0};
    if (argc < 5)
        return 2;
    struct variables variables = envfiles_load(&arena, argv[1], (const char *const *)environ, &warnings);
    envfiles_forget(environ);
    for (size_t i = 0; i < warnings.n; i++)
        printf("warning: %s\n", warnings.v[i]);
    struct servers_sources sources = {.variables = &variables, .credentials = strcmp(argv[4], "-") ? argv[4] : NULL};
    struct servers *servers = servers_load(&arena, &sources, &err);
    const char *url = strcmp(argv[3], "-") ? argv[3] : servers_url(&variables, &arena, argv[2], &err);
    const struct server *server = servers && url ? servers_find(servers, &arena, argv[2], url, &err) : NULL;
    if (server)
        print(server);
    else
        printf("error %d: %s\n", (int)err.kind, err.text);
    fflush(stdout);
    if (argc > 5)
        raise(SIGSTOP);
    arena_close(&arena);
    return 0;
}
