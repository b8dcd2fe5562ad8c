#include "report/page_style.h"

/* Colours: text on background has a contrast of at least 7 to 1 in both schemes, tinted cells at least 4.5 to 1. */
static const char style[] =
    ":root{color-scheme:light dark;--fg:#1b1f24;--bg:#fff;--soft:#57606a;--line:#d0d7de;--head:#f3f5f7;--link:#0550ae;"
    "--good:#d3f3d8;--bad:#ffd6d2;--warn:#fff0b8;--fixed:#eef6e6;--vary:#dcecf9;--here:#fff6d6;--mark:#cf222e;--band:#8c959f33}\n"
    "@media (prefers-color-scheme:dark){:root{--fg:#e6e9ed;--bg:#15181c;--soft:#a3acb6;--line:#3a424b;--head:#20252b;"
    "--link:#85b8ff;--good:#153f24;--bad:#5c1d1d;--warn:#4d3d0b;--fixed:#1e2b1a;--vary:#17304a;--here:#3a340f;--mark:#ff7b72;--band:#8c959f44}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0 auto;max-width:80rem;padding:1rem 1.5rem 4rem;background:var(--bg);color:var(--fg);"
    "font:1rem/1.5 system-ui,-apple-system,\"Segoe UI\",Roboto,\"Noto Sans\",\"Liberation Sans\",sans-serif;overflow-wrap:anywhere}\n"
    "h1{font-size:1.7rem;line-height:1.25;margin:1.5rem 0 .75rem}\n"
    "h2{font-size:1.35rem;line-height:1.3;margin:2.5rem 0 .75rem;padding-top:.75rem;border-top:2px solid var(--line)}\n"
    "h3{font-size:1.1rem;margin:1.75rem 0 .5rem}h4{font-size:1rem;margin:1.25rem 0 .5rem}\n"
    "p{margin:.5rem 0;max-width:75ch}ul{margin:.5rem 0;padding-left:1.4rem}\n"
    "a{color:var(--link)}a.self{margin-left:.4em;text-decoration:none;color:var(--soft);opacity:.5;font-weight:400}"
    "a.self:hover,a.self:focus{opacity:1}\n"
    ".box{overflow-x:auto;margin:.5rem 0 1rem}.box:focus{outline:2px solid var(--link)}\n"
    "table{border-collapse:collapse;font-size:.9375rem;font-variant-numeric:tabular-nums}\n"
    ".wide{font-size:.8125rem}.wide th,.wide td{padding:.2rem .4rem}.wide td.w{min-width:8rem}"
    ".wide>*>*>:first-child{position:sticky;left:0;background:var(--head)}\n"
    "caption{text-align:left;font-weight:600;padding:.25rem 0}\n"
    "th,td{border:1px solid var(--line);padding:.25rem .6rem;text-align:left;vertical-align:top;overflow-wrap:normal}\n"
    "th{background:var(--head);font-weight:600}td.n,th.n{text-align:right}td.n{white-space:nowrap}"
    "td.w{overflow-wrap:anywhere;min-width:12rem}\n"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;margin:.5rem 0}"
    "dt{font-weight:600}dd{margin:0}\n"
    "pre{margin:0;padding:.75rem;border:1px solid var(--line);font:.875rem/1.45 ui-monospace,Consolas,\"Liberation Mono\",monospace}"
    "code{font:.9em ui-monospace,Consolas,\"Liberation Mono\",monospace}\n"
    "details{margin:.5rem 0 1rem}summary{cursor:pointer;padding:.25rem 0;color:var(--link)}\n"
    "nav ul{columns:20rem;column-gap:2rem}nav li{break-inside:avoid}\n"
    ".good{background:var(--good)}.bad{background:var(--bad)}.warn{background:var(--warn)}.fixed{background:var(--fixed)}"
    ".vary{background:var(--vary)}.here{background:var(--here);font-weight:600}.muted{color:var(--soft)}p.muted{font-size:.875rem}\n"
    "p.good,p.bad,p.warn,p.here{padding:.5rem .75rem;border-left:.3rem solid var(--soft)}\n"
    ".badge{padding:.05rem .4rem;border:1px solid var(--line);border-radius:.3rem;white-space:nowrap}\n"
    "@media (max-width:40rem){body{padding:.5rem .75rem 3rem}h1{font-size:1.4rem}h2{font-size:1.2rem}"
    "dl{grid-template-columns:1fr}dd{margin:0 0 .4rem}"
    "table{font-size:.8125rem}th,td{padding:.2rem .35rem}"
    ".stack table,.stack caption,.stack tbody,.stack tr,.stack td{display:block;width:100%}.stack thead,.stack td:empty{display:none}"
    ".stack tr{border:1px solid var(--line);margin:0 0 .5rem}"
    ".stack td{border:0;padding:.1rem .6rem;min-width:0!important;text-align:left!important;white-space:normal!important}"
    ".stack td::before{content:attr(data-c)\" \";color:var(--soft)}}\n"
    "@page{size:A4 landscape;margin:12mm}\n"
    "@media print{:root{--fg:#000;--bg:#fff;--soft:#333;--line:#888;--head:#eee;--link:#000;--good:#d3f3d8;--bad:#ffd6d2;"
    "--warn:#fff0b8;--fixed:#eef6e6;--vary:#dcecf9;--here:#fff6d6}body{max-width:none;padding:0;font-size:9.5pt}"
    "*{print-color-adjust:exact;-webkit-print-color-adjust:exact}table{font-size:8.5pt}.wide{font-size:6pt}.wide th,.wide td{padding:.1rem .2rem}.box{overflow:visible}a.self{display:none}"
    "details:not(.aside)::details-content{content-visibility:visible;block-size:auto}"
    "tr,h1,h2,h3,h4{break-inside:avoid}h1,h2,h3,h4,caption{break-after:avoid}}\n";

static const char chart_style[] = /* report/chart.c */
    ".chart{display:grid;grid-template-columns:max-content 1fr;gap:0 .5rem;max-width:56rem;margin:.5rem 0 1rem;font-size:.8125rem;"
    "font-variant-numeric:tabular-nums}.chart svg{width:100%;height:9rem;border:1px solid var(--line)}"
    ".chart .y{display:flex;flex-direction:column;justify-content:space-between;text-align:right}"
    ".chart .x{grid-column:2;display:flex;justify-content:space-between;gap:1rem}.chart figcaption{grid-column:1/-1}"
    ".chart path{fill:none;stroke:var(--link);vector-effect:non-scaling-stroke;stroke-linecap:round;stroke-width:1.5}"
    ".chart .dots{stroke-width:5}.chart .this{stroke:var(--mark);stroke-width:11}.chart .level{stroke:var(--fg)}"
    ".chart .bound{stroke:var(--mark);stroke-dasharray:6 5}.chart .border{stroke:var(--soft)}.chart .band{fill:var(--band)}\n";

/* Rules for the classes r1, r2 …: the cells of those columns need no class each. */
static void add_column_rules(struct text *out, const char *class_name, const char *part, const char *rule)
{
    for (int i = 1; i <= PAGE_STYLE_COLUMNS; i++)
        text_printf(out, "%s.%s%d>%s>*>:nth-child(%d)", i > 1 ? "," : "", class_name, i, part, i);
    text_add(out, rule);
    text_add(out, "\n");
}

void page_style_add(struct text *out)
{
    text_add(out, style);
    text_add(out, chart_style);
    add_column_rules(out, "r", "*", "{text-align:right}");
    add_column_rules(out, "r", "tbody", "{white-space:nowrap}");
    add_column_rules(out, "w", "tbody", "{overflow-wrap:anywhere;min-width:12rem}");
}
