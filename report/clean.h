/* report/clean.h — characters that a page, a comment or a report file must not take over from an input. */
#ifndef REPORT_CLEAN_H
#define REPORT_CLEAN_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

#define CLEAN_INSTEAD "\xef\xbf\xbd" /* U+FFFD */

/* Not allowed in XML 1.0, or able to make a text look like another: control characters but for tab and line feed, what has no width, what
 * turns the direction of text, noncharacters, tags. */
bool clean_is_unseemly(uint32_t code);

/* The bytes of the character at s (end: behind the text), and in `shown` what stands for it: itself, or CLEAN_INSTEAD where it is unseemly
 * or no UTF-8. NUL-terminated. */
size_t clean_character(const char *s, const char *end, char shown[5]);

/* Whether a browser takes it for an address of the web (http, https) as it stands. */
bool clean_is_web_address(const char *url);
/* Such an address without a user's name and password: its first *scheme bytes ("https://"), then what is returned. Reports are read by more
 * people than logs. */
const char *clean_address(const char *url, size_t *scheme);

/* CI systems take commands from what is printed: GitHub "::name::" at the start of a line and "##[name]" anywhere, Azure "##vso[name]". What
 * an input says so gets a blank into it, ": :" and "# #[". From that byte of the text on, where a line begins. */
void clean_commands(struct text *text, size_t from);

#endif
