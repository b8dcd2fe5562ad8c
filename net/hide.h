/* net/hide.h — what a server says back of our own secrets is not shown: some repeat the request in their answer. */
#ifndef NET_HIDE_H
#define NET_HIDE_H
#include "net/server.h"

/* Stars, in place, what the text holds of the server's secrets: as they are, and as HTTP Basic sends them. */
void hide_secrets(const struct server *server, char *text);

#endif
