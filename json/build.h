/* json/build.h — events to values: the engine of json_read and json_select. Inside json/ only. */
#ifndef JSON_BUILD_H
#define JSON_BUILD_H
#include "json/read.h"
#include "json/track.h"

enum { TRACKS_MAX = 64 };

struct build_options {
    const struct json_read_options *read;
    struct track *tracks; /* followed beside options->keep */
    size_t tracks_n;      /* at most TRACKS_MAX */
    bool *repeated;       /* set when a name repeats in an object that tracks lead through: what they took is not sure */
};

/* Reads to the end of the text, and closes the reader. NULL with *err set. */
json_t *build_read(struct json_reader *reader, const struct build_options *options, struct error *err);

#endif
