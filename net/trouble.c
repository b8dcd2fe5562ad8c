#include "net/trouble.h"

#include <curl/curl.h>
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "net/words.h"

enum { SAID_MAX = 200 };

static const char *prefix_of(const struct server *server)
{
    return server->option_prefix ? server->option_prefix : "opensearch";
}

static long number_of(void *easy, CURLINFO what)
{
    long value = 0;
    curl_easy_getinfo(easy, what, &value);
    return value;
}

static const char *said_or_named(int code, const char *said, struct arena *arena)
{
    const char *text = *said ? said : curl_easy_strerror((CURLcode)code);
    return words_clean(arena, text, strlen(text), SAID_MAX);
}

/* What is wrong with a certificate, by OpenSSL's numbers (X509_V_ERR_*), which are part of its interface. */
static const struct {
    long number;
    const char *what;
    bool ca_helps;
} certificate_faults[] = {
    {2, "the CA of the server's certificate is not known here", true},
    {9, "the server's certificate is not valid yet (or the clock here is wrong)", false},
    {10, "the server's certificate has expired (or the clock here is wrong)", false},
    {18, "the server's certificate is self-signed", true},
    {19, "the server's certificate comes from a CA that is not trusted here", true},
    {20, "the CA of the server's certificate is not known here", true},
    {21, "the server sends its certificate without that of its CA", true},
    {23, "the server's certificate has been revoked", false},
    {26, "the server's certificate is not meant for servers", false},
    {62, "the server's certificate is for another host", false},
    {64, "the server's certificate is for another address", false},
    {66, "the key of the server's certificate is too weak", false},
    {68, "the signature of the server's certificate is too weak", false},
};

/* Which setting makes a certificate believed, and where it has to stand. */
static const char *ca_help(const struct server *server, struct arena *arena)
{
    const char *prefix = prefix_of(server);
    if (server->described_in)
        return arena_printf(arena, "ca_file beside the server in %s names the CA that is to be trusted, insecure: true looks at no certificate",
                            server->described_in);
    return arena_printf(arena, "%s_ca_file=FILE names the CA that is to be trusted, %s_insecure=true looks at no certificate%s%s", prefix, prefix,
                        server->described_elsewhere ? "; " : "", server->described_elsewhere ? server->hint : "");
}

static struct trouble certificate_trouble(int code, void *easy, const char *said, const struct server *server, struct arena *arena)
{
    long number = number_of(easy, CURLINFO_SSL_VERIFYRESULT);
    const char *what = NULL, *prefix = prefix_of(server);
    bool ca_helps = false;
    for (size_t i = 0; number && i < sizeof(certificate_faults) / sizeof(certificate_faults[0]); i++)
        if (certificate_faults[i].number == number) {
            what = certificate_faults[i].what;
            ca_helps = certificate_faults[i].ca_helps;
        }
    if (!what && strstr(said, "subject name"))
        what = "the server's certificate is for another host";
    if (!what)
        what = arena_printf(arena, "the server's certificate was refused: %s", said_or_named(code, said, arena));
    const char *help = ca_helps ? arena_printf(arena, "; %s", ca_help(server, arena))
                                : arena_printf(arena, "; %s_insecure=true would look at no certificate, %s_ca_file does not help here", prefix, prefix);
    return (struct trouble){CAUSE_FINAL, ERR_REFUSED, arena_printf(arena, "TLS: %s%s", what, help)};
}

/* What OpenSSL says about a handshake, known by a part of its text: it has no numbers that libcurl hands on. */
static const struct {
    const char *part, *what;
    enum retry_cause cause;
    enum error_kind kind;
} handshake_faults[] = {
    {"wrong version number", "what answers there speaks no TLS (a plain http port?)", CAUSE_FINAL, ERR_REFUSED},
    {"packet length too long", "what answers there speaks no TLS (a plain http port?)", CAUSE_FINAL, ERR_REFUSED},
    {"http request", "what answers there speaks no TLS (a plain http port?)", CAUSE_FINAL, ERR_REFUSED},
    {"protocol version", "the server speaks no TLS from 1.2 on", CAUSE_FINAL, ERR_REFUSED},
    {"unsupported protocol", "the server speaks no TLS from 1.2 on", CAUSE_FINAL, ERR_REFUSED},
    {"certificate required", "the server wants a client certificate", CAUSE_FINAL, ERR_REFUSED},
    {"alert bad certificate", "the server refuses the client certificate", CAUSE_FINAL, ERR_REFUSED},
    {"alert certificate", "the server refuses the client certificate", CAUSE_FINAL, ERR_REFUSED},
    {"alert unknown ca", "the server does not know the CA of the client certificate", CAUSE_FINAL, ERR_REFUSED},
    {"alert handshake failure", "the server refuses the handshake (does it want a client certificate?)", CAUSE_FINAL, ERR_REFUSED},
    {"SSL_ERROR_SYSCALL", "the connection broke in the handshake", CAUSE_UNCONNECTED, ERR_STORE},
    {"unexpected eof", "the connection broke in the handshake", CAUSE_UNCONNECTED, ERR_STORE},
    {"Connection reset", "the connection broke in the handshake", CAUSE_UNCONNECTED, ERR_STORE},
};

/* Whether the text tells of a handshake; the alerts of TLS 1.3 come after it, while reading. */
static bool handshake_trouble(const char *said, const struct server *server, bool only_alerts, struct arena *arena, struct trouble *out)
{
    for (size_t i = 0; i < sizeof(handshake_faults) / sizeof(handshake_faults[0]); i++) {
        if (!strstr(said, handshake_faults[i].part) || (only_alerts && handshake_faults[i].kind != ERR_REFUSED))
            continue;
        bool own = strstr(handshake_faults[i].what, "client certificate");
        const char *prefix = prefix_of(server);
        const char *help = own ? arena_printf(arena, "; %s_client_certificate=FILE and %s_client_key=FILE name it", prefix, prefix) : "";
        *out = (struct trouble){handshake_faults[i].cause, handshake_faults[i].kind,
                                arena_printf(arena, "TLS: %s%s", handshake_faults[i].what, help)};
        return true;
    }
    return false;
}

static struct trouble file_trouble(int code, const char *said, const struct server *server, struct arena *arena)
{
    const char *prefix = prefix_of(server), *text = said_or_named(code, said, arena);
    const char *file = server->ca_file ? server->ca_file : "the system's CA file";
    if (code == CURLE_SSL_CACERT_BADFILE)
        text = arena_printf(arena, "TLS: %s (%s) cannot be used as the file of a CA: %s", file,
                            server->described_in ? arena_printf(arena, "ca_file in %s", server->described_in) : arena_printf(arena, "%s_ca_file", prefix),
                            server->ca_file && access(file, R_OK) != 0 ? strerror(errno) : "expected PEM certificates");
    else
        text = arena_printf(arena, "TLS: the client certificate (%s_client_certificate, %s_client_key) cannot be used: %s", prefix, prefix, text);
    return (struct trouble){CAUSE_FINAL, ERR_USAGE, text};
}

static struct trouble timeout_trouble(void *easy, const struct server *server, const struct trouble_limits *limits, struct arena *arena)
{
    double connected = 0;
    bool tls = strncmp(server->url, "https:", 6) == 0;
    curl_easy_getinfo(easy, tls ? CURLINFO_APPCONNECT_TIME : CURLINFO_CONNECT_TIME, &connected);
    if (connected <= 0)
        return (struct trouble){CAUSE_UNCONNECTED, ERR_STORE, arena_printf(arena, "no connection within %g s", limits->connect_s < limits->total_s ? limits->connect_s : limits->total_s)};
    return (struct trouble){CAUSE_BROKEN, ERR_STORE, arena_printf(arena, "not answered completely within %g s", limits->total_s)};
}

/* Of the server's URL "HOST port PORT ", as libcurl says it. */
static const char *host_and_port(const struct server *server, bool *implied, struct arena *arena)
{
    const char *host = strstr(server->url, "://") + 3;
    size_t n = strcspn(host, "/"), bracket = *host == '[' ? strcspn(host, "]") : 0;
    const char *colon = memchr(host + bracket, ':', n - bracket);
    size_t host_n = bracket ? bracket - 1 : colon ? (size_t)(colon - host) : n;
    *implied = !colon;
    return colon ? arena_printf(arena, "%.*s port %.*s ", (int)host_n, host + !!bracket, (int)(host + n - colon - 1), colon + 1)
                 : arena_printf(arena, "%.*s port %d ", (int)host_n, host + !!bracket, strncmp(server->url, "https:", 6) ? 80 : 443);
}

/* Whom libcurl did not reach: only its words tell a proxy from the server. */
static struct trouble connect_trouble(void *easy, const char *said, const struct server *server, struct arena *arena)
{
    static const char begins[] = "Failed to connect to ";
    long number = number_of(easy, CURLINFO_OS_ERRNO);
    bool implied, told = strncmp(said, begins, sizeof(begins) - 1) == 0;
    const char *place = host_and_port(server, &implied, arena), *whose = "", *what = "no connection";
    if (told && strncasecmp(said + sizeof(begins) - 1, place, strlen(place)) != 0)
        whose = "the proxy (https_proxy, http_proxy, all_proxy): ";
    if (number == ECONNREFUSED && implied && !*whose)
        what = arena_printf(arena, "connection refused: nothing listens at port %d, which is taken when none is given",
                            strncmp(server->url, "https:", 6) ? 80 : 443);
    else if (number == ECONNREFUSED)
        what = "connection refused: nothing listens there (the wrong port?)";
    else if (number)
        what = arena_printf(arena, "no connection: %s", strerror((int)number));
    return (struct trouble){CAUSE_UNCONNECTED, ERR_STORE, arena_printf(arena, "%s%s", whose, what)};
}

/* A proxy's answer to CONNECT that is no yes. */
static bool proxy_trouble(void *easy, struct arena *arena, struct trouble *out)
{
    int status = (int)number_of(easy, CURLINFO_HTTP_CONNECTCODE);
    if (!status || status / 100 == 2)
        return false;
    bool login = status == 407;
    *out = (struct trouble){retry_is_status(status) ? CAUSE_UNCONNECTED : CAUSE_FINAL, login ? ERR_REFUSED : ERR_STORE,
                            login ? "the proxy wants a login that it knows (407): https_proxy=http://USER:PASSWORD@HOST:PORT"
                                  : arena_printf(arena, "the proxy (https_proxy) does not connect: %d %s", status, words_status(status))};
    return true;
}

static const struct {
    int code;
    enum retry_cause cause;
    const char *text;
    bool says_why; /* libcurl's own words follow */
} plain_troubles[] = {
    {CURLE_COULDNT_RESOLVE_HOST, CAUSE_UNCONNECTED, "no such host: its name cannot be resolved", false},
    {CURLE_COULDNT_RESOLVE_PROXY, CAUSE_UNCONNECTED, "the proxy's name (https_proxy, http_proxy, all_proxy) cannot be resolved", false},
    {CURLE_GOT_NOTHING, CAUSE_BROKEN, "the server ended the connection without an answer", false},
    {CURLE_PARTIAL_FILE, CAUSE_BROKEN, "the answer is cut: the connection ended before it did", false},
    {CURLE_SEND_ERROR, CAUSE_BROKEN, "the connection broke while sending", true},
    {CURLE_RECV_ERROR, CAUSE_BROKEN, "the connection broke while receiving", true},
    {CURLE_HTTP2, CAUSE_BROKEN, "the HTTP/2 connection broke", true},
    {CURLE_HTTP2_STREAM, CAUSE_BROKEN, "the server ended the HTTP/2 stream", true},
    {CURLE_UNSUPPORTED_PROTOCOL, CAUSE_FINAL, "what answers there speaks no HTTP", false},
    {CURLE_WEIRD_SERVER_REPLY, CAUSE_FINAL, "what answers there speaks no HTTP that can be understood", true},
    {CURLE_SEND_FAIL_REWIND, CAUSE_FINAL, "the connection broke while sending", true},
};

struct trouble trouble_of(int code, void *easy, const char *said, const struct server *server, const struct trouble_limits *limits,
                          struct arena *arena)
{
    struct trouble found;
    if (proxy_trouble(easy, arena, &found))
        return found;
    if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_ISSUER_ERROR)
        return certificate_trouble(code, easy, said, server, arena);
    if (code == CURLE_SSL_PINNEDPUBKEYNOTMATCH)
        return (struct trouble){CAUSE_FINAL, ERR_REFUSED,
                                arena_printf(arena, "TLS: the server's key is not the one that %s_pinned_key names", prefix_of(server))};
    if (code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_CERTPROBLEM)
        return file_trouble(code, said, server, arena);
    if ((code == CURLE_SSL_CONNECT_ERROR || code == CURLE_SSL_CLIENTCERT || code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR) &&
        handshake_trouble(said, server, code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR, arena, &found))
        return found;
    if (code == CURLE_SSL_CONNECT_ERROR || code == CURLE_SSL_CIPHER || code == CURLE_SSL_CLIENTCERT)
        return (struct trouble){CAUSE_FINAL, ERR_REFUSED, arena_printf(arena, "TLS: %s", said_or_named(code, said, arena))};
    if (code == CURLE_OPERATION_TIMEDOUT)
        return timeout_trouble(easy, server, limits, arena);
    if (code == CURLE_COULDNT_CONNECT)
        return connect_trouble(easy, said, server, arena);
    if (code == CURLE_SEND_ERROR && strncmp(server->url, "https:", 6) == 0 && !server->client_certificate)
        return (struct trouble){CAUSE_BROKEN, ERR_STORE,
                                arena_printf(arena, "the connection broke while sending (%s); a server that wants a client certificate does that: "
                                                    "%s_client_certificate=FILE and %s_client_key=FILE name it",
                                             said_or_named(code, said, arena), prefix_of(server), prefix_of(server))};
    for (size_t i = 0; i < sizeof(plain_troubles) / sizeof(plain_troubles[0]); i++)
        if (plain_troubles[i].code == code)
            return (struct trouble){plain_troubles[i].cause, ERR_STORE,
                                    plain_troubles[i].says_why && *said
                                        ? arena_printf(arena, "%s (%s)", plain_troubles[i].text, said_or_named(code, said, arena))
                                        : plain_troubles[i].text};
    return (struct trouble){CAUSE_FINAL, ERR_STORE, said_or_named(code, said, arena)};
}
