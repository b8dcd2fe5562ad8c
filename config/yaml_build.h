/* config/yaml_build.h — nodes out of YAML events: types, anchors and aliases, limits. Knows nothing of libyaml. */
#ifndef CONFIG_YAML_BUILD_H
#define CONFIG_YAML_BUILD_H
#include "base/arena.h"
#include "base/error.h"
#include "config/yaml.h"
#include "config/yaml_tag.h"

struct yaml_anchor;

struct yaml_frame {
    struct node *node; /* a list or a map that is not complete yet */
    enum yaml_tag tag;
    struct yaml_anchor *anchor; /* may be NULL */
    size_t start;               /* its first child among the pending ones */
    size_t nodes_before;
    int height; /* levels below it so far */
};

struct yaml_build {
    struct arena *arena;
    struct arena scratch; /* for what only the building needs; yaml_build_close frees it */
    const char *file;
    bool strict;
    struct yaml_findings *findings;
    struct node *root;
    struct node *documents; /* a list for those that are complete; NULL: only one is expected */
    size_t nodes; /* so far, with what aliases repeat */
    int depth;
    LIST_OF(struct node *) pending; /* children of all open frames; of a map: key, value, key … */
    LIST_OF(struct yaml_anchor *) anchors; /* sorted by name */
    struct yaml_frame frames[YAML_DEPTH_MAX];
};

/* What the events of nodes have in common. */
struct yaml_mark {
    bool block; /* of a scalar: see struct node */
    int line, col;
    const char *anchor, *tag; /* NULL: none */
    unsigned char text_at;    /* of a scalar: see struct node */
};

void yaml_build_close(struct yaml_build *build);
/* `plain`: no tag, and not quoted (or the tag "!"): the type is what it looks like. */
bool yaml_build_scalar(struct yaml_build *build, const struct yaml_mark *mark, const char *text, size_t len, bool plain,
                       struct error *err);
/* NODE_LIST or NODE_MAP; the children follow, then yaml_build_end. */
bool yaml_build_begin(struct yaml_build *build, const struct yaml_mark *mark, enum node_kind kind, struct error *err);
bool yaml_build_end(struct yaml_build *build, struct error *err);
/* mark->anchor is the name. */
bool yaml_build_alias(struct yaml_build *build, const struct yaml_mark *mark, struct error *err);

#endif
