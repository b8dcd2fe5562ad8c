#include "json/read.h"

#include "json/build.h"

json_t *json_read(const char *text, size_t len, const struct json_read_options *options, struct error *err)
{
    struct build_options build = {.read = options};
    return build_read(json_reader_open(text, len, options->file, options->strict), &build, err);
}

json_t *json_read_content(struct content *content, const struct json_read_options *options, struct error *err)
{
    struct build_options build = {.read = options};
    return build_read(json_reader_open_content(content, options->window, options->file, options->strict), &build, err);
}
