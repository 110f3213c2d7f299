// SPDX-License-Identifier: Apache-2.0
#include "services/metric_expr_tree.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"

struct parser {
	const char *text, *at;
	struct expr_tree *tree;
	struct metric_expr_error *error;
	unsigned depth;
};

static int parse_sum(struct parser *p);

static int fail(struct parser *p, const char *at, const char *what)
{
	p->error->position = (size_t)(at - p->text);
	snprintf(p->error->text, sizeof p->error->text, "%s", what);
	return -EINVAL;
}

static void skip_space(struct parser *p)
{
	while (*p->at == ' ' || *p->at == '\t' || *p->at == '\n')
		p->at++;
}

static bool accept(struct parser *p, char c)
{
	skip_space(p);
	if (*p->at != c)
		return false;
	p->at++;
	return true;
}

static int expect(struct parser *p, char c, const char *what)
{
	return accept(p, c) ? 0 : fail(p, p->at, what);
}

static int push(struct parser *p, struct expr_node node)
{
	if (p->tree->n_nodes == METRIC_EXPR_NODES_MAX)
		return fail(p, p->at, "the expression is too long; expected at most 128 numbers, names and operators");
	p->tree->nodes[p->tree->n_nodes++] = node;
	return 0;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_name_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':';
}

static size_t name_length(const char *at)
{
	size_t n = 0;

	if (!is_name_start(*at))
		return 0;
	while (is_name_start(at[n]) || is_digit(at[n]))
		n++;
	return n;
}

static size_t number_length(const char *at)
{
	size_t n = 0;

	while (is_digit(at[n]) || at[n] == '.')
		n++;
	if (n && (at[n] == 'e' || at[n] == 'E')) {
		size_t sign = at[n + 1] == '+' || at[n + 1] == '-';

		if (is_digit(at[n + 1 + sign]))
			n += 1 + sign;
		while (is_digit(at[n]))
			n++;
	}
	return n;
}

static int parse_number(struct parser *p, double *out)
{
	size_t n;

	skip_space(p);
	n = number_length(p->at);
	if (!n || number_parse(p->at, n, out) < 0)
		return fail(p, p->at, "expected a number");
	p->at += n;
	return 0;
}

// A quoted string with \" \\ \n, into new memory.
static int parse_string(struct parser *p, char **out)
{
	const char *start;
	char *text;
	size_t n = 0;

	if (expect(p, '"', "expected a value in double quotes") < 0)
		return -EINVAL;
	start = p->at;
	text = mem_alloc(strlen(start) + 1);
	if (!text)
		return -ENOMEM;
	while (*p->at && *p->at != '"') {
		if (*p->at == '\\' && p->at[1])
			text[n++] = *++p->at == 'n' ? '\n' : *p->at;
		else
			text[n++] = *p->at;
		p->at++;
	}
	text[n] = '\0';
	if (*p->at != '"') {
		mem_free(text);
		return fail(p, start - 1, "the value has no closing quote");
	}
	p->at++;
	*out = text;
	return 0;
}

static int parse_operator(struct parser *p, struct expr_matcher *matcher)
{
	skip_space(p);
	matcher->is_negated = *p->at == '!';
	if (*p->at != '=' && *p->at != '!')
		return fail(p, p->at, "expected one of = != =~ !~");
	p->at++;
	matcher->is_glob = *p->at == '~';
	if (matcher->is_glob || (matcher->is_negated && *p->at == '='))
		p->at++;
	else if (matcher->is_negated)
		return fail(p, p->at - 1, "expected one of = != =~ !~");
	return 0;
}

static int parse_matcher(struct parser *p, struct expr_leaf *leaf)
{
	struct expr_matcher *matcher = &leaf->matchers[leaf->n_matchers];
	size_t n;
	int error;

	skip_space(p);
	n = name_length(p->at);
	if (!n)
		return fail(p, p->at, "expected a label name");
	if (leaf->n_matchers == METRIC_EXPR_MATCHERS_MAX)
		return fail(p, p->at, "too many labels; expected at most 16");
	matcher->name = mem_strndup(p->at, n);
	if (!matcher->name)
		return -ENOMEM;
	leaf->n_matchers++;
	p->at += n;
	error = parse_operator(p, matcher);
	return error < 0 ? error : parse_string(p, &matcher->value);
}

static int parse_matchers(struct parser *p, struct expr_leaf *leaf)
{
	if (*p->at != '{')
		return 0;
	p->at++;
	while (!accept(p, '}')) {
		int error = parse_matcher(p, leaf);

		if (error < 0)
			return error;
		skip_space(p);
		if (*p->at != '}' && expect(p, ',', "expected ',' or '}'") < 0)
			return -EINVAL;
	}
	return 0;
}

static char *bucket_name(const char *name, size_t n)
{
	static const char suffix[] = "_bucket";
	size_t m = sizeof suffix - 1;
	char *out = mem_alloc(n + m + 1);

	if (!out)
		return NULL;
	memcpy(out, name, n);
	memcpy(out + n, suffix, m + 1);
	if (n > m && strncmp(name + n - m, suffix, m) == 0)
		out[n] = '\0';
	return out;
}

static int parse_selector(struct parser *p, enum leaf_kind kind, double quantile)
{
	struct expr_tree *tree = p->tree;
	struct expr_leaf *leaf;
	size_t n;
	int error;

	skip_space(p);
	n = name_length(p->at);
	if (!n)
		return fail(p, p->at, "expected a metric name");
	if (tree->n_leaves == METRIC_EXPR_LEAVES_MAX)
		return fail(p, p->at, "too many metric names; expected at most 32");
	leaf = mem_calloc(1, sizeof *leaf);
	if (!leaf)
		return -ENOMEM;
	tree->leaves[tree->n_leaves++] = leaf;
	leaf->kind = kind;
	leaf->quantile = quantile;
	leaf->name = kind == LEAF_QUANTILE ? bucket_name(p->at, n) : mem_strndup(p->at, n);
	if (!leaf->name)
		return -ENOMEM;
	p->at += n;
	error = parse_matchers(p, leaf);
	return error < 0 ? error : push(p, (struct expr_node){ OP_LEAF, (uint16_t)(tree->n_leaves - 1), 0 });
}

static int parse_first(struct parser *p)
{
	uint16_t n = 0;

	do {
		int error = parse_sum(p);

		if (error < 0)
			return error;
		n++;
	} while (accept(p, ','));
	return push(p, (struct expr_node){ OP_FIRST, n, 0 });
}

static const struct function {
	const char *name;
	enum leaf_kind kind;
	double quantile; // negative: the first argument; otherwise for LEAF_QUANTILE alone
} functions[] = {
	{ "age", LEAF_AGE, 0 },         { "avg", LEAF_AVG, 0 },
	{ "count", LEAF_COUNT, 0 },     { "increase", LEAF_INCREASE, 0 },
	{ "max", LEAF_MAX, 0 },         { "min", LEAF_MIN, 0 },
	{ "p50", LEAF_QUANTILE, 0.5 },  { "p95", LEAF_QUANTILE, 0.95 },
	{ "p99", LEAF_QUANTILE, 0.99 }, { "quantile", LEAF_QUANTILE, -1 },
	{ "rate", LEAF_RATE, 0 },       { "sum", LEAF_SUM, 0 },
};

static const struct function *find_function(const char *name, size_t n)
{
	for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
		if (strlen(functions[i].name) == n && memcmp(functions[i].name, name, n) == 0)
			return &functions[i];
	return NULL;
}

static int parse_arguments(struct parser *p, const struct function *function)
{
	double quantile = function->quantile;

	if (quantile < 0) {
		const char *at = p->at;

		if (parse_number(p, &quantile) < 0)
			return -EINVAL;
		if (!(quantile >= 0 && quantile <= 1))
			return fail(p, at, "expected a quantile from 0 to 1");
		if (expect(p, ',', "expected ',' and a histogram") < 0)
			return -EINVAL;
	}
	return parse_selector(p, function->kind, quantile);
}

static int parse_call(struct parser *p, size_t name_len)
{
	const char *name = p->at;
	const struct function *function = find_function(name, name_len);
	bool is_first = name_len == 5 && memcmp(name, "first", 5) == 0;
	int error;

	if (!function && !is_first)
		return fail(p, name,
			    "unknown function; expected age, avg, count, first, increase, max, min, p50, p95, p99, "
			    "quantile, rate or sum");
	p->at += name_len;
	accept(p, '(');
	error = is_first ? parse_first(p) : parse_arguments(p, function);
	return error < 0 ? error : expect(p, ')', "expected a closing ')'");
}

static bool is_call(const char *after_name)
{
	while (*after_name == ' ')
		after_name++;
	return *after_name == '(';
}

static int parse_operand(struct parser *p)
{
	struct expr_node number = { .op = OP_NUMBER };
	size_t n;
	int error;

	if (accept(p, '(')) {
		error = parse_sum(p);
		return error < 0 ? error : expect(p, ')', "expected a closing ')'");
	}
	n = name_length(p->at);
	if (n)
		return is_call(p->at + n) ? parse_call(p, n) : parse_selector(p, LEAF_SUM, 0);
	if (!is_digit(*p->at) && *p->at != '.')
		return fail(p, p->at,
			    *p->at ? "expected a number, a metric name, a function or '('"
				   : "the expression ends too early; expected a number or a metric name");
	error = parse_number(p, &number.number);
	return error < 0 ? error : push(p, number);
}

// Recursion is bounded here, where all of it passes.
static int parse_factor(struct parser *p)
{
	int error;

	skip_space(p);
	if (p->depth == METRIC_EXPR_DEPTH_MAX)
		return fail(p, p->at, "nested too deeply; expected at most 32 levels");
	p->depth++;
	if (accept(p, '-')) {
		error = parse_factor(p);
		if (!error)
			error = push(p, (struct expr_node){ .op = OP_NEGATE });
	} else {
		error = parse_operand(p);
	}
	p->depth--;
	return error;
}

static int parse_product(struct parser *p)
{
	int error = parse_factor(p);

	while (!error) {
		enum expr_op op;

		skip_space(p);
		if (*p->at != '*' && *p->at != '/')
			break;
		op = *p->at++ == '*' ? OP_MULTIPLY : OP_DIVIDE;
		error = parse_factor(p);
		if (!error)
			error = push(p, (struct expr_node){ .op = op });
	}
	return error;
}

static int parse_sum(struct parser *p)
{
	int error = parse_product(p);

	while (!error) {
		enum expr_op op;

		skip_space(p);
		if (*p->at != '+' && *p->at != '-')
			break;
		op = *p->at++ == '+' ? OP_ADD : OP_SUBTRACT;
		error = parse_product(p);
		if (!error)
			error = push(p, (struct expr_node){ .op = op });
	}
	return error;
}

int expr_tree_parse(const char *text, struct expr_tree *tree, struct metric_expr_error *error)
{
	struct parser p = { .text = text, .at = text, .tree = tree, .error = error };
	int result;

	tree->n_nodes = tree->n_leaves = 0;
	if (strlen(text) > METRIC_EXPR_TEXT_MAX)
		return fail(&p, text, "the expression is too long; expected at most 2048 bytes");
	result = parse_sum(&p);
	skip_space(&p);
	if (!result && *p.at)
		result = fail(&p, p.at, "expected an operator or the end");
	return result;
}

void expr_leaf_free(struct expr_leaf *leaf)
{
	for (size_t i = 0; leaf && i < leaf->n_matchers; i++) {
		mem_free(leaf->matchers[i].name);
		mem_free(leaf->matchers[i].value);
	}
	if (leaf)
		mem_free(leaf->name);
	mem_free(leaf);
}

void expr_tree_finish(struct expr_tree *tree)
{
	for (size_t i = 0; i < tree->n_leaves; i++)
		expr_leaf_free(tree->leaves[i]);
	tree->n_leaves = 0;
}
