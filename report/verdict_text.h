struct text; struct analysis; void verdict_text_render(struct text *out, const struct analysis *analysis);
