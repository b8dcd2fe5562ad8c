/* between: FILE with start: TEXT and end: TEXT: what stands between these two marks; as and keep as of lines. */
#include "store/helper.h"
#include "store/between.h"

enum { FILE_ARGUMENT, START, END, AS, KEEP };

static json_t *parse_between(struct parsing *parsing, const struct parser *parser, struct error *err)
{
    const struct argument *arguments = parser->arguments;
    struct pieces_source source = {.as = (enum typed_as)arguments[AS].word, .keep = (enum pieces_keep)arguments[KEEP].word};
    struct stream stream;
    if (stream_open(parsing, arguments[FILE_ARGUMENT].text, "what begins with the start mark", &stream, err) != ROOT_FOUND)
        return NULL;
    source.stream = &stream;
    json_t *value = between_parse(parsing, &source, arguments[START].text, arguments[END].text, err);
    stream_close(&stream);
    return value;
}

static const struct parser_argument arguments[] = {[FILE_ARGUMENT] = {"between", ARGUMENT_FILE, NULL, false},
                                                   [START] = {"start", ARGUMENT_MARK, NULL, true},
                                                   [END] = {"end", ARGUMENT_MARK, NULL, true},
                                                   [AS] = {"as", ARGUMENT_WORD, typed_words, false},
                                                   [KEEP] = {"keep", ARGUMENT_WORD, pieces_keep_words, false},
                                                   {0}};
const struct parser_kind parser_between = {.name = "between", .arguments = arguments, .parse = parse_between};

/* between("pod.log", "BEGIN", "END"[, {as = "json", keep = "last"}]) */
bool help_between(void *context, json_t *const *given, size_t n, json_t **result, struct error *err)
{
    return helper_parse(context, &parser_between, 3, (struct helper_arguments){given, n}, result, err);
}
