struct text; struct analysis; void verdict_json_render(struct text *out, const struct analysis *analysis);
