#include "config/servers.h"

#include <ctype.h>
#include <libgen.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "config/yaml.h"

/* What describes one server, as it stands in a file or in variables. */
enum setting {
    USERNAME, PASSWORD, PASSWORD_FILE, API_KEY, API_KEY_FILE, BEARER, BEARER_FILE, AWS_REGION, AWS_SERVICE, AWS_ACCESS_KEY,
    AWS_SECRET_KEY, AWS_SESSION_TOKEN, CA_FILE, CLIENT_CERTIFICATE, CLIENT_KEY, PINNED_KEY, INSECURE, SETTINGS
};

static const struct {
    const char *name;     /* in the credentials file */
    const char *variable; /* behind PREFIX_, where it is another */
    bool secret, file;
    bool everywhere; /* of the variables: holds for every host of that prefix */
} settings[SETTINGS] = {
    [USERNAME] = {"username", NULL, false, false, false},
    [PASSWORD] = {"password", NULL, true, false, false},
    [PASSWORD_FILE] = {"password_file", NULL, false, true, false},
    [API_KEY] = {"api_key", NULL, true, false, false},
    [API_KEY_FILE] = {"api_key_file", NULL, false, true, false},
    [BEARER] = {"bearer", "bearer_token", true, false, false},
    [BEARER_FILE] = {"bearer_file", "bearer_token_file", false, true, false},
    [AWS_REGION] = {"aws.region", "aws_region", false, false, false},
    [AWS_SERVICE] = {"aws.service", "aws_service", false, false, false},
    [AWS_ACCESS_KEY] = {"aws.access_key", "aws_access_key_id", false, false, false},
    [AWS_SECRET_KEY] = {"aws.secret_key", "aws_secret_key", true, false, false},
    [AWS_SESSION_TOKEN] = {"aws.session_token", "aws_session_token", true, false, false},
    [CA_FILE] = {"ca_file", NULL, false, true, true},
    [CLIENT_CERTIFICATE] = {"client_certificate", NULL, false, true, false},
    [CLIENT_KEY] = {"client_key", NULL, false, true, false},
    [PINNED_KEY] = {"pinned_key", NULL, false, false, true},
    [INSECURE] = {"insecure", NULL, false, false, true},
};

struct description {
    const char *origin;             /* "https://search.example.org:9200", lower case, always with a port; NULL: none is named */
    const char *source;             /* "credentials.yaml", ".env.yaml", "environment" */
    const char *text[SETTINGS];     /* NULL: not there; of secrets "" */
    const struct secret *secret[SETTINGS];
    const char *prefix;
    bool is_instance; /* of a file that says nothing of TLS: what the variables say holds */
};

struct servers {
    struct arena *arena;
    struct servers_sources sources;
    LIST_OF(struct description) known; /* of the credentials file, and instances */
};

/* --- URLs --- */

/* Scheme, host and port of a URL, as two of them are compared. */
static const char *origin_of(struct arena *arena, const char *url, struct error *err)
{
    bool tls = strncasecmp(url, "https://", 8) == 0, plain = strncasecmp(url, "http://", 7) == 0;
    const char *host = url + (tls ? 8 : 7);
    size_t n = tls || plain ? strcspn(host, "/") : 0;
    const char *colon = n ? memrchr(host, ':', n) : NULL;
    bool bracketed = n && *host == '[';
    if (bracketed && colon && memchr(colon, ']', (size_t)(host + n - colon)))
        colon = NULL; /* of the address */
    size_t host_n = colon ? (size_t)(colon - host) : n;
    bool port_ok = !colon || (colon + 1 < host + n && strspn(colon + 1, "0123456789") >= (size_t)(host + n - colon - 1));
    if (!host_n || !port_ok || strpbrk(url, "@?# \\") || (!bracketed && memchr(host, ':', host_n))) {
        error_set(err, ERR_USAGE, "a server's URL: expected https://HOST[:PORT][/PREFIX], without user, password and query");
        return NULL;
    }
    char *origin = colon ? arena_printf(arena, "%s://%.*s", tls ? "https" : "http", (int)n, host)
                         : arena_printf(arena, "%s://%.*s:%d", tls ? "https" : "http", (int)host_n, host, tls ? 443 : 80);
    for (char *c = origin; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return origin;
}

static const char *host_of(const char *origin)
{
    return origin + strcspn(origin, "/") + 2;
}

static const char *without_end_slash(struct arena *arena, const char *url)
{
    size_t n = strlen(url);
    while (n && url[n - 1] == '/')
        n--;
    return arena_strndup(arena, url, n);
}

/* --- the credentials file --- */

static bool yes(const char *text)
{
    return text && (strcasecmp(text, "true") == 0 || strcasecmp(text, "yes") == 0 || strcasecmp(text, "y") == 0 || strcmp(text, "1") == 0 ||
                    strcasecmp(text, "on") == 0);
}

static bool wrong(const char *file, int line, struct error *err, const char *what)
{
    return error_at(err, ERR_USAGE, (struct pos){.file = file, .line = line}, "%s", what);
}

static int find_setting(const char *name)
{
    for (int i = 0; i < SETTINGS; i++)
        if (strcmp(settings[i].name, name) == 0)
            return i;
    return -1;
}

struct file_reading {
    struct arena *arena; /* for what stays */
    const char *file, *folder;
};

static void keep_setting(const struct file_reading *reading, struct description *to, int which, const struct node *value)
{
    if (settings[which].secret) {
        to->text[which] = "";
        to->secret[which] = secret_new(reading->arena, value->string, value->string_len);
    } else if (value->kind == NODE_BOOL) {
        to->text[which] = value->boolean ? "true" : "false";
    } else {
        bool joined = settings[which].file && value->string[0] != '/';
        to->text[which] = joined ? arena_strdup(reading->arena, arena_join(reading->arena, reading->folder, value->string))
                                 : arena_strdup(reading->arena, value->string);
    }
}

static bool read_map(const struct file_reading *reading, const struct node *map, const char *under, struct description *to, struct error *err)
{
    for (size_t i = 0; i < map->n; i++) {
        const struct node *key = map->keys[i], *value = map->items[i];
        const char *name = arena_printf(reading->arena, "%s%s", under, key->string ? key->string : "");
        int which = find_setting(name);
        if (!*under && strcmp(name, "url") == 0)
            continue;
        if (!*under && strcmp(name, "aws") == 0 && value->kind == NODE_MAP) {
            if (!read_map(reading, value, "aws.", to, err))
                return false;
            continue;
        }
        if (which < 0)
            return wrong(reading->file, key->line, err, arena_printf(reading->arena, "'%s': no such key; docs/servers.md lists them", name));
        bool flag = which == INSECURE, scalar = value->kind != NODE_MAP && value->kind != NODE_LIST && value->kind != NODE_NULL;
        if (!scalar || (flag != (value->kind == NODE_BOOL)))
            return wrong(reading->file, key->line, err, arena_printf(reading->arena, "'%s': expected %s", name, flag ? "true or false" : "a text"));
        keep_setting(reading, to, which, value);
    }
    return true;
}

static bool read_entry(const struct file_reading *reading, const struct node *entry, struct servers *servers, struct error *err)
{
    const struct node *url = node_member(entry, "url");
    struct description found = {.source = reading->file};
    struct error why = {0};
    if (entry->kind != NODE_MAP || !url || url->kind != NODE_STRING)
        return wrong(reading->file, entry->line, err, "expected a server: a map with url: https://HOST:PORT, and a login");
    found.origin = origin_of(reading->arena, url->string, &why);
    if (!found.origin)
        return wrong(reading->file, url->line, err, "url: expected https://HOST[:PORT], without user, password and query");
    for (size_t i = 0; i < servers->known.n; i++)
        if (strcmp(servers->known.v[i].origin, found.origin) == 0)
            return wrong(reading->file, url->line, err, arena_printf(reading->arena, "%s is described twice", host_of(found.origin)));
    if (!read_map(reading, entry, "", &found, err))
        return false;
    *LIST_ADD(servers->arena, &servers->known) = found;
    return true;
}

/* What the YAML reader says may quote the file: only the place is passed on. */
static bool read_credentials(struct servers *servers, const char *file, struct error *err)
{
    struct arena own = {0};
    struct error why = {0};
    struct file_reading reading = {servers->arena, file, dirname(arena_strdup(servers->arena, file))};
    const struct secret *bytes = secret_from_file(&own, file, err);
    secret_reading(true);
    const struct node *list = bytes ? yaml_parse(&own, secret_text(bytes), secret_len(bytes), file, &why) : NULL;
    bool ok = bytes != NULL;
    if (ok && !list)
        ok = wrong(file, why.line, err, "this is no YAML that can be read (what is wrong is not quoted: it may be secret)");
    if (ok && list->kind != NODE_LIST)
        ok = wrong(file, 0, err, "expected a list of servers: - {url: https://HOST:PORT, username: …, password_file: …}");
    for (size_t i = 0; ok && i < list->n; i++)
        ok = read_entry(&reading, list->items[i], servers, err);
    arena_wipe(&own);
    secret_reading(false);
    return ok;
}

/* --- variables --- */

static const char *variable_name(struct arena *arena, const char *prefix, const char *name)
{
    char *variable = arena_printf(arena, "MATBENCH_%s_%s", prefix, name);
    for (char *c = variable; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    return variable;
}

/* The last row of that name; `source`: among those of one source. */
static const struct variable *find_row(const struct variables *variables, const char *name, const char *source)
{
    for (size_t i = variables ? variables->n : 0; i-- > 0;) {
        const struct variable *row = &variables->v[i];
        if (strcmp(row->name, name) == 0 && (row->value[0] || row->secret) && (!source || strcmp(row->source, source) == 0))
            return row;
    }
    return NULL;
}

static const char *value_of(const struct variables *variables, struct arena *arena, const char *prefix, const char *name, const char *source)
{
    const struct variable *row = find_row(variables, variable_name(arena, prefix, name), source);
    return row && row->value[0] ? row->value : NULL;
}

/* The URL that the variables of one source name (NULL: all sources merged). */
static const char *url_in(const struct variables *variables, struct arena *arena, const char *prefix, const char *source, struct error *err)
{
    const char *url = value_of(variables, arena, prefix, "url", source), *host = value_of(variables, arena, prefix, "host", source);
    const char *port = value_of(variables, arena, prefix, "port", source);
    struct error why = {0};
    if (!url && !host)
        return NULL;
    if (!url) {
        bool schemed = strstr(host, "://"), ported = schemed && strchr(strstr(host, "://") + 3, ':');
        url = arena_printf(arena, "%s%s%s%s", schemed ? "" : "https://", without_end_slash(arena, host), port && !ported ? ":" : "",
                           port && !ported ? port : "");
    }
    if (origin_of(arena, url, &why))
        return without_end_slash(arena, url);
    error_set(err, ERR_USAGE, "%s_host and %s_port (or %s_url) make no server: expected a host's name, and the number of a port", prefix, prefix, prefix);
    return NULL;
}

const char *servers_url(const struct variables *variables, struct arena *arena, const char *prefix, struct error *err)
{
    return url_in(variables, arena, prefix, NULL, err);
}

/* Which origin a row's login is for: NULL when none stands beside it. */
static const char *origin_beside(const struct variables *variables, struct arena *arena, const char *prefix, const struct variable *row)
{
    struct error ignored = {0};
    bool environment = strcmp(row->source, "environment") == 0;
    const char *url = url_in(variables, arena, prefix, environment ? NULL : row->source, &ignored);
    return url ? origin_of(arena, url, &ignored) : NULL;
}

/* An option or a variable of TLS that holds for every host of the prefix; NULL: neither is given. */
static const char *setting_everywhere(const struct servers *servers, struct arena *arena, const char *prefix, int which)
{
    const char *behind = settings[which].variable ? settings[which].variable : settings[which].name;
    const char *option = arena_printf(arena, "%s_%s", prefix, behind);
    const char *given = servers->sources.option ? servers->sources.option(servers->sources.option_context, option) : NULL;
    const struct variable *row = find_row(servers->sources.variables, variable_name(arena, prefix, behind), NULL);
    return given && *given ? given : row ? row->value : NULL;
}

static void add_everywhere(const struct servers *servers, struct arena *arena, const char *prefix, struct description *to)
{
    for (int i = 0; i < SETTINGS; i++)
        if (settings[i].everywhere && !to->text[i])
            to->text[i] = setting_everywhere(servers, arena, prefix, i);
}

struct found_login {
    const char *source, *origin; /* of a login that is for another host; NULL: none */
};

/* What the variables say about a server at `origin`. */
static struct description describe(const struct servers *servers, struct arena *arena, const char *prefix, const char *origin,
                                   struct found_login *other)
{
    const struct variables *variables = servers->sources.variables;
    struct description found = {.prefix = prefix, .origin = origin};
    for (int i = 0; i < SETTINGS; i++) {
        const char *behind = settings[i].variable ? settings[i].variable : settings[i].name;
        const struct variable *row = settings[i].everywhere ? NULL : find_row(variables, variable_name(arena, prefix, behind), NULL);
        const char *beside = row ? origin_beside(variables, arena, prefix, row) : NULL;
        if (row && beside && strcmp(beside, origin) == 0) {
            found.text[i] = row->value;
            found.secret[i] = row->secret;
            found.source = row->source;
        } else if (row) {
            *other = (struct found_login){row->source, beside};
        }
    }
    add_everywhere(servers, arena, prefix, &found);
    return found;
}

/* --- a server --- */

static const struct secret *secret_of(const struct description *from, enum setting inline_, enum setting file, struct arena *arena, struct error *err)
{
    if (from->secret[inline_])
        return from->secret[inline_];
    return from->text[file] ? secret_from_file(arena, from->text[file], err) : NULL;
}

static const struct variable *aws_variable(const struct servers *servers, const char *name)
{
    return find_row(servers->sources.variables, name, "environment");
}

static bool fill_aws(const struct servers *servers, const struct description *from, struct server *server, struct error *err)
{
    const struct variable *id = aws_variable(servers, "AWS_ACCESS_KEY_ID"), *key = aws_variable(servers, "AWS_SECRET_ACCESS_KEY");
    const struct variable *token = aws_variable(servers, "AWS_SESSION_TOKEN");
    bool own = from->text[AWS_ACCESS_KEY] || from->secret[AWS_SECRET_KEY];
    server->login = LOGIN_AWS;
    server->aws_region = from->text[AWS_REGION];
    server->aws_service = from->text[AWS_SERVICE] ? from->text[AWS_SERVICE] : "es";
    server->user = own ? from->text[AWS_ACCESS_KEY] : id ? id->value : NULL;
    server->secret = own ? from->secret[AWS_SECRET_KEY] : key ? key->secret : NULL;
    server->session = own ? from->secret[AWS_SESSION_TOKEN] : token ? token->secret : NULL;
    if (!server->user || !server->secret)
        return error_set(err, ERR_USAGE, "%s: AWS: expected an access key and a secret key: beside the region (%s), or AWS_ACCESS_KEY_ID and "
                                         "AWS_SECRET_ACCESS_KEY in the environment", host_of(from->origin), from->source);
    return true;
}

static bool check_logins(const struct description *from, struct error *err)
{
    const int ways[] = {PASSWORD, PASSWORD_FILE, API_KEY, API_KEY_FILE, BEARER, BEARER_FILE, AWS_REGION};
    int first = -1;
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        if (!from->text[ways[i]] && !from->secret[ways[i]])
            continue;
        if (first >= 0)
            return error_set(err, ERR_USAGE, "%s: two logins are given, %s and %s (%s): expected one", host_of(from->origin),
                             settings[first].name, settings[ways[i]].name, from->source);
        first = ways[i];
    }
    bool password = from->secret[PASSWORD] || from->text[PASSWORD_FILE];
    if (password != !!from->text[USERNAME])
        return error_set(err, ERR_USAGE, "%s: a %s without a %s (%s)", host_of(from->origin), password ? "password" : "username",
                         password ? "username" : "password", from->source);
    return true;
}

/* A password, key or token of the description; each way has its files. */
static bool fill_login(const struct servers *servers, const struct description *from, struct server *server, struct arena *arena,
                       struct error *err)
{
    static const struct {
        enum server_login login;
        enum setting text, file;
    } ways[] = {{LOGIN_BASIC, PASSWORD, PASSWORD_FILE}, {LOGIN_API_KEY, API_KEY, API_KEY_FILE}, {LOGIN_BEARER, BEARER, BEARER_FILE}};
    if (!check_logins(from, err))
        return false;
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        if (!from->secret[ways[i].text] && !from->text[ways[i].file])
            continue;
        server->login = ways[i].login;
        server->secret = secret_of(from, ways[i].text, ways[i].file, arena, err);
        if (server->secret && !secret_len(server->secret))
            error_set(err, ERR_USAGE, "%s: the %s is empty (%s)", host_of(from->origin), settings[ways[i].text].name, from->source);
    }
    if (server->login == LOGIN_BASIC)
        server->user = from->text[USERNAME];
    return !err->kind && (!from->text[AWS_REGION] || fill_aws(servers, from, server, err));
}

static void fill_tls(const struct description *from, struct server *server)
{
    server->ca_file = from->text[CA_FILE];
    server->client_certificate = from->text[CLIENT_CERTIFICATE];
    server->client_key = from->text[CLIENT_KEY];
    server->pinned_key = from->text[PINNED_KEY];
    server->insecure = yes(from->text[INSECURE]);
}

static const char *hint_of(const struct server *server, const struct description *from, const struct found_login *other,
                           const struct servers *servers, struct arena *arena)
{
    const char *prefix = server->option_prefix;
    if (server->login == LOGIN_BASIC)
        return arena_printf(arena, "the login is user '%s' of %s", server->user, from->source);
    if (server->login != LOGIN_NONE)
        return arena_printf(arena, "the login is that of %s", from->source);
    const char *host = other->origin ? host_of(other->origin) : NULL, *source = other->source;
    if (!source && servers && servers->known.n == 1) {
        host = host_of(servers->known.v[0].origin);
        source = servers->known.v[0].source;
    }
    if (source && host)
        return arena_printf(arena, "no login was sent: the one in %s is for %s", source, host);
    if (source)
        return arena_printf(arena, "no login was sent: beside the one in %s stands no %s_host and no %s_url, whose it would be", source, prefix, prefix);
    if (servers && servers->known.n)
        return arena_printf(arena, "no login was sent: %s has none for this host and port", servers->known.v[0].source);
    const char *key = strcmp(prefix, "horreum") == 0 ? arena_printf(arena, "%s_api_key", prefix)
                                                     : arena_printf(arena, "%s_username and %s_password", prefix, prefix);
    return arena_printf(arena, "no login is known: %s_host%s %s in an env file give one, or --credentials=FILE", prefix,
                        strchr(key, ' ') ? "," : " and", key);
}

const struct server *servers_find(const struct servers *servers, struct arena *arena, const char *prefix, const char *url, struct error *err)
{
    static const struct servers nothing = {0};
    const char *origin = origin_of(arena, url, err);
    struct found_login other = {0};
    struct description found = {0};
    bool listed = false;
    if (!origin)
        return NULL;
    servers = servers ? servers : &nothing;
    for (size_t i = 0; i < servers->known.n && !listed; i++) {
        listed = strcmp(servers->known.v[i].origin, origin) == 0;
        found = servers->known.v[i];
    }
    if (!listed)
        found = describe(servers, arena, prefix, origin, &other);
    if (listed && found.is_instance)
        add_everywhere(servers, arena, prefix, &found);
    struct server *server = ARENA_NEW(arena, struct server);
    server->url = without_end_slash(arena, url);
    server->option_prefix = arena_strdup(arena, prefix);
    if (strcmp(prefix, "horreum") == 0)
        server->key_header = "X-Horreum-API-Key";
    fill_tls(&found, server);
    if (!fill_login(servers, &found, server, arena, err))
        return NULL;
    server->described_in = listed && !found.is_instance ? found.source : NULL;
    server->described_elsewhere = !listed && server->login == LOGIN_NONE && (other.source || servers->known.n);
    server->hint = hint_of(server, &found, &other, servers, arena);
    return server;
}

const char *servers_add_instance(struct servers *servers, const struct instance *instance, struct error *err)
{
    const char *scheme = strstr(instance->host, "://") ? "" : "https://"; /* as opensearch_host */
    const char *url = arena_printf(servers->arena, "%s%s:%s", scheme, instance->host, instance->port);
    struct error why = {0};
    struct description found = {.origin = origin_of(servers->arena, url, &why), .source = instance->file, .is_instance = true};
    if (!found.origin) {
        error_at(err, ERR_USAGE, (struct pos){.file = instance->file}, "the instance '%s': host and port make no server", instance->name);
        return NULL;
    }
    found.text[USERNAME] = instance->username;
    found.secret[PASSWORD] = instance->password;
    *LIST_ADD(servers->arena, &servers->known) = found;
    return url;
}

struct servers *servers_load(struct arena *arena, const struct servers_sources *sources, struct error *err)
{
    struct servers *servers = ARENA_NEW(arena, struct servers);
    servers->arena = arena;
    servers->sources = *sources;
    return !sources->credentials || read_credentials(servers, sources->credentials, err) ? servers : NULL;
}
