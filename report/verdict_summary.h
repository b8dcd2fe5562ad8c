struct text; struct analysis; void verdict_summary_render(struct text *out, const struct analysis *analysis);
