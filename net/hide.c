#include "net/hide.h"

#include <string.h>

#include "net/pages.h"

static void star(char *text, const char *what, size_t n)
{
    for (char *at = text; n >= 4 && (at = strstr(at, what)) != NULL;)
        memset(at, '*', n);
}

/* As Basic sends them. The bytes and the result are secret: in pages. */
static char *base64(const char *bytes, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *out = pages_take_zeroed(n / 3 + 2, 4), *to = out;
    for (size_t i = 0; i < n; i += 3) {
        unsigned bits = (unsigned)(unsigned char)bytes[i] << 16;
        bits |= i + 1 < n ? (unsigned)(unsigned char)bytes[i + 1] << 8 : 0;
        bits |= i + 2 < n ? (unsigned)(unsigned char)bytes[i + 2] : 0;
        *to++ = digits[bits >> 18];
        *to++ = digits[bits >> 12 & 63];
        *to++ = i + 1 < n ? digits[bits >> 6 & 63] : '=';
        *to++ = i + 2 < n ? digits[bits & 63] : '=';
    }
    return out;
}

void hide_secrets(const struct server *server, char *text)
{
    if (server->secret)
        star(text, secret_text(server->secret), secret_len(server->secret));
    if (server->session)
        star(text, secret_text(server->session), secret_len(server->session));
    if (server->login != LOGIN_BASIC)
        return;
    size_t user_n = strlen(server->user), n = user_n + 1 + secret_len(server->secret);
    char *pair = pages_take(n + 1);
    memcpy(pair, server->user, user_n);
    pair[user_n] = ':';
    memcpy(pair + user_n + 1, secret_text(server->secret), secret_len(server->secret) + 1);
    char *sent = base64(pair, n);
    star(text, sent, strlen(sent));
    pages_give(sent);
    pages_give(pair);
}
