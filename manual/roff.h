/* manual/roff.h — man(7) source: text that no macro is hidden in, and lines of sensible length.
 *
 *     roff_heading(out, "Exit codes");          .SH EXIT CODES
 *     roff_words(out, "a \\fBbold\\fR word");   wrapped; a line never begins with a control character
 *
 * Text comes in as UTF-8 and is escaped as ASCII (\[u2192]), so that every roff reads it.
 */
#ifndef MANUAL_ROFF_H
#define MANUAL_ROFF_H
#include "base/text.h"

/* The .TH line. */
void roff_title(struct text *out, const char *name, int section, const char *version);
/* .SH in capitals; .SS as it is. The text is plain. */
void roff_heading(struct text *out, const char *text);
void roff_subheading(struct text *out, const char *text);

/* Appends plain text, escaped; no line breaks of its own. */
void roff_escape(struct text *out, const char *text, size_t len);
/* The same for names and examples: never hyphenated; after a comma or bar a line may end. */
void roff_code(struct text *out, const char *text, size_t len);
/* Appends escaped text as lines of about 76 columns, with a newline at the end. Nothing for empty text. */
void roff_words(struct text *out, const char *escaped);
/* Appends one line of an example: escaped, blanks kept. */
void roff_verbatim(struct text *out, const char *line, size_t len);

#endif
