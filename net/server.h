/* net/server.h — a server that matbench speaks to: where it is, who we are there, and when its certificate is believed.
 *
 * A struct server is made by config/servers.h from env files, the environment and credential files, and lives in an arena.
 * What is secret in it is in secrets (net/secret.h): cleansed when the arena ends, absent from core files, never formatted. */
#ifndef NET_SERVER_H
#define NET_SERVER_H
#include <stdbool.h>

#include "net/secret.h"

enum server_login {
    LOGIN_NONE,
    LOGIN_BASIC,   /* user and password */
    LOGIN_API_KEY, /* "Authorization: ApiKey …" (OpenSearch, Elasticsearch), or the header that key_header names (Horreum) */
    LOGIN_BEARER,  /* "Authorization: Bearer …" */
    LOGIN_AWS      /* Signature Version 4, made by libcurl */
};

struct server {
    const char *url; /* "https://search.example.org:9200/prefix": no user, no query, no slash at the end */
    enum server_login login;
    const char *user;             /* BASIC; AWS: the access key id */
    const struct secret *secret;  /* the password, API key, token, or AWS secret access key */
    const struct secret *session; /* AWS: the session token, or NULL */
    const char *key_header;       /* API_KEY: "X-Horreum-API-Key"; NULL: Authorization: ApiKey */
    const char *aws_region, *aws_service; /* AWS: "eu-west-1", "es" (OpenSearch Service) or "aoss" */
    const char *ca_file;                  /* PEM; NULL: the system's */
    const char *client_certificate, *client_key; /* PEM files, or NULL */
    const char *pinned_key;               /* "sha256//<base64>;…", as curl takes it, or NULL */
    bool insecure;                        /* the certificate is not looked at; logged loudly by whoever opens a connection */
    const char *option_prefix; /* "opensearch": of the options that describe it (opensearch_ca_file), for messages; NULL: that */
    const char *described_in;  /* the credentials file whose entry it is, and whose ca_file and insecure hold; NULL: options and variables hold */
    bool described_elsewhere;  /* a login or an entry is known, but for another host or port: hint says whose */
    const char *hint;          /* for the message of a 401 or 403: "login: ci (.env.yaml)", "no login is known for this host: …"; or NULL */
};

#endif
