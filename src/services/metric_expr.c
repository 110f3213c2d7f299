// SPDX-License-Identifier: Apache-2.0
#include "services/metric_expr.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/table.h"
#include "services/metric_leaf.h"

struct set_leaf {
	struct expr_leaf *leaf; // owned by its expression's tree
	uint32_t no;
	uint32_t scrape; // wanted in that one
	struct metric_tally tally;
	struct set_leaf *next; // set_name::leaves
};

struct set_name {
	struct set_leaf *leaves; // all that look at the name
	UT_hash_handle hh;       // metric_exprs::names
	char name[];
};

struct set_expr {
	char *text; // owned
	struct expr_tree tree;
	struct set_leaf *leaves; // owned, as many as the tree has
	double value;
};

struct metric_exprs {
	struct set_expr **exprs; // owned
	size_t n_exprs;
	struct set_name *names; // owned
	struct set_name *last;  // of the last sample: samples of one name come together
	uint32_t n_leaves, scrape;
	struct metric_state *state; // of the scrape under way, borrowed
	const int *wanted;          // likewise
	size_t n_wanted;
	struct instant at;
};

struct metric_state {
	struct metric_memory *memories; // owned
	uint32_t n, cap;
};

int metric_expr_check(const char *text, struct metric_expr_error *error)
{
	struct expr_tree tree;
	int result = expr_tree_parse(text, &tree, error);

	expr_tree_finish(&tree);
	return result;
}

int metric_expr_check_cb(void *ctx, const char *text, char *why, size_t why_size)
{
	struct metric_expr_error error = { .text = "out of memory" };
	int result = metric_expr_check(text, &error);

	(void)ctx;
	if (result < 0)
		snprintf(why, why_size, "column %zu: %s", error.position + 1, error.text);
	return result;
}

int metric_exprs_create(struct metric_exprs **out)
{
	*out = mem_calloc(1, sizeof **out);
	return *out ? 0 : -ENOMEM;
}

static void free_expr(struct set_expr *expr)
{
	for (size_t i = 0; expr->leaves && i < expr->tree.n_leaves; i++)
		metric_tally_finish(&expr->leaves[i].tally);
	mem_free(expr->leaves);
	mem_free(expr->text);
	expr_tree_finish(&expr->tree);
	mem_free(expr);
}

void metric_exprs_destroy(struct metric_exprs *exprs)
{
	struct set_name *name, *next;

	if (!exprs)
		return;
	HASH_ITER(hh, exprs->names, name, next) {
		HASH_DEL(exprs->names, name);
		mem_free(name);
	}
	for (size_t i = 0; i < exprs->n_exprs; i++)
		free_expr(exprs->exprs[i]);
	mem_free(exprs->exprs);
	mem_free(exprs);
}

static struct set_name *find_name(const struct metric_exprs *exprs, const char *name, size_t n)
{
	struct set_name *found;

	HASH_FIND(hh, exprs->names, name, n, found);
	return found;
}

static struct set_name *take_name(struct metric_exprs *exprs, const char *text)
{
	struct set_name *name = find_name(exprs, text, strlen(text));

	if (name)
		return name;
	name = mem_calloc(1, sizeof *name + strlen(text) + 1);
	if (!name)
		return NULL;
	memcpy(name->name, text, strlen(text) + 1);
	HASH_ADD(hh, exprs->names, name, strlen(text), name);
	if (!TABLE_ADD_FAILED(name))
		return name;
	mem_free(name);
	return NULL;
}

// All the names first, so that nothing is linked when one of them cannot be had.
static int link_leaves(struct metric_exprs *exprs, struct set_expr *expr)
{
	size_t n = expr->tree.n_leaves;
	struct set_name *names[METRIC_EXPR_LEAVES_MAX];

	expr->leaves = mem_calloc(n ? n : 1, sizeof *expr->leaves);
	if (!expr->leaves)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		names[i] = take_name(exprs, expr->tree.leaves[i]->name);
		if (!names[i])
			return -ENOMEM;
	}
	for (size_t i = 0; i < n; i++) {
		struct set_leaf *leaf = &expr->leaves[i];

		leaf->leaf = expr->tree.leaves[i];
		leaf->no = exprs->n_leaves++;
		LL_PREPEND(names[i]->leaves, leaf);
	}
	return 0;
}

static int find_text(const struct metric_exprs *exprs, const char *text)
{
	for (size_t i = 0; i < exprs->n_exprs; i++)
		if (strcmp(exprs->exprs[i]->text, text) == 0)
			return (int)i;
	return -ENOENT;
}

static int fill_expr(struct metric_exprs *exprs, struct set_expr *expr, const char *text,
		     struct metric_expr_error *error)
{
	int result = expr_tree_parse(text, &expr->tree, error);
	struct set_expr **grown;

	if (result < 0)
		return result;
	expr->value = NAN;
	expr->text = mem_strdup(text);
	grown = mem_realloc(exprs->exprs, (exprs->n_exprs + 1) * sizeof(struct set_expr *));
	if (grown)
		exprs->exprs = grown;
	return expr->text && grown ? link_leaves(exprs, expr) : -ENOMEM;
}

int metric_exprs_add(struct metric_exprs *exprs, const char *text, struct metric_expr_error *error)
{
	struct metric_expr_error unused;
	struct set_expr *expr;
	int result = find_text(exprs, text);

	if (result >= 0)
		return result;
	if (exprs->n_exprs == METRIC_EXPRS_MAX)
		return -ENOSPC;
	expr = mem_calloc(1, sizeof *expr);
	if (!expr)
		return -ENOMEM;
	result = fill_expr(exprs, expr, text, error ? error : &unused);
	if (result < 0) {
		free_expr(expr);
		return result;
	}
	exprs->exprs[exprs->n_exprs] = expr;
	return (int)exprs->n_exprs++;
}

size_t metric_exprs_names(const struct metric_exprs *exprs, int no, const char **names, size_t n)
{
	const struct expr_tree *tree = &exprs->exprs[no]->tree;

	for (size_t i = 0; i < tree->n_leaves && i < n; i++)
		names[i] = tree->leaves[i]->name;
	return tree->n_leaves;
}

bool metric_exprs_needs_all(const struct metric_exprs *exprs, int no)
{
	const struct expr_tree *tree = &exprs->exprs[no]->tree;

	for (size_t i = 0; i < tree->n_nodes; i++)
		if (tree->nodes[i].op == OP_FIRST)
			return false;
	return true;
}

// ---- an agent's counters

int metric_state_create(struct metric_state **out)
{
	*out = mem_calloc(1, sizeof **out);
	return *out ? 0 : -ENOMEM;
}

void metric_state_destroy(struct metric_state *state)
{
	for (uint32_t i = 0; state && i < state->n; i++)
		mem_free(state->memories[i].items);
	if (state)
		mem_free(state->memories);
	mem_free(state);
}

static struct metric_memory *find_memory(const struct metric_state *state, uint32_t leaf)
{
	for (uint32_t i = 0; i < state->n; i++)
		if (state->memories[i].leaf == leaf)
			return &state->memories[i];
	return NULL;
}

static int add_memory(struct metric_state *state, uint32_t leaf)
{
	if (find_memory(state, leaf))
		return 0;
	if (state->n == state->cap) {
		uint32_t cap = state->cap ? state->cap * 2 : 4;
		struct metric_memory *grown = mem_realloc(state->memories, cap * sizeof *grown);

		if (!grown)
			return -ENOMEM;
		state->memories = grown;
		state->cap = cap;
	}
	state->memories[state->n++] = (struct metric_memory){ .leaf = (uint16_t)leaf };
	return 0;
}

// ---- a scrape

// The memories are made before any is pointed to, for adding one moves them all.
static void reserve_memories(struct metric_exprs *exprs)
{
	for (size_t i = 0; i < exprs->n_wanted; i++) {
		const struct set_expr *expr = exprs->exprs[exprs->wanted[i]];

		for (size_t j = 0; j < expr->tree.n_leaves; j++)
			if (expr_leaf_is_counter(expr->leaves[j].leaf))
				add_memory(exprs->state,
					   expr->leaves[j].no); // want of memory shows when it is looked up
	}
}

static void begin_leaf(struct metric_exprs *exprs, struct set_leaf *leaf)
{
	struct metric_memory *memory = NULL;

	if (expr_leaf_is_counter(leaf->leaf)) {
		memory = find_memory(exprs->state, leaf->no);
		if (!memory)
			return;
	}
	leaf->scrape = exprs->scrape;
	metric_tally_begin(&leaf->tally, leaf->leaf, memory, exprs->at);
}

void metric_exprs_begin(struct metric_exprs *exprs, struct metric_state *state, const int *wanted, size_t n_wanted,
			struct instant at)
{
	exprs->scrape++;
	exprs->state = state;
	exprs->wanted = wanted;
	exprs->n_wanted = n_wanted;
	exprs->at = at;
	exprs->last = NULL;
	reserve_memories(exprs);
	for (size_t i = 0; i < n_wanted; i++) {
		struct set_expr *expr = exprs->exprs[wanted[i]];

		for (size_t j = 0; j < expr->tree.n_leaves; j++)
			begin_leaf(exprs, &expr->leaves[j]);
	}
}

void metric_exprs_feed(struct metric_exprs *exprs, const struct prom_sample *sample)
{
	const struct set_name *name = exprs->last;
	struct set_leaf *leaf;

	if (sample->is_created)
		return;
	if (!name || strncmp(name->name, sample->series, sample->name_len) != 0 || name->name[sample->name_len])
		name = find_name(exprs, sample->series, sample->name_len);
	if (!name)
		return;
	exprs->last = (struct set_name *)name;
	LL_FOREACH(name->leaves, leaf)
		if (leaf->scrape == exprs->scrape)
			metric_tally_feed(&leaf->tally, leaf->leaf, sample);
}

static double leaf_value(const struct metric_exprs *exprs, struct set_leaf *leaf)
{
	return leaf->scrape == exprs->scrape ? metric_tally_value(&leaf->tally, leaf->leaf) : NAN;
}

static double first_value(const double *values, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isnan(values[i]))
			return values[i];
	return NAN;
}

static double combine(enum expr_op op, double a, double b)
{
	switch (op) {
	case OP_ADD:
		return a + b;
	case OP_SUBTRACT:
		return a - b;
	case OP_MULTIPLY:
		return a * b;
	default:
		return b == 0 ? NAN : a / b;
	}
}

static double evaluate(struct metric_exprs *exprs, struct set_expr *expr)
{
	double stack[METRIC_EXPR_NODES_MAX] = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < expr->tree.n_nodes; i++) {
		const struct expr_node *node = &expr->tree.nodes[i];

		switch (node->op) {
		case OP_NUMBER:
			stack[n++] = node->number;
			break;
		case OP_LEAF:
			stack[n++] = leaf_value(exprs, &expr->leaves[node->arg]);
			break;
		case OP_NEGATE:
			stack[n - 1] = -stack[n - 1];
			break;
		case OP_FIRST:
			n -= node->arg;
			stack[n] = first_value(stack + n, node->arg);
			n++;
			break;
		default:
			n--;
			stack[n - 1] = combine(node->op, stack[n - 1], stack[n]);
		}
	}
	return stack[0];
}

static int keep_leaves(struct metric_exprs *exprs, struct set_expr *expr)
{
	int error = 0;

	for (size_t i = 0; i < expr->tree.n_leaves; i++) {
		struct set_leaf *leaf = &expr->leaves[i];

		if (!expr_leaf_is_counter(leaf->leaf))
			continue;
		if (leaf->scrape != exprs->scrape || metric_tally_keep(&leaf->tally) < 0)
			error = -ENOMEM;
	}
	return error;
}

int metric_exprs_end(struct metric_exprs *exprs)
{
	int error = 0;

	for (size_t i = 0; i < exprs->n_wanted; i++) {
		struct set_expr *expr = exprs->exprs[exprs->wanted[i]];

		expr->value = evaluate(exprs, expr);
		if (keep_leaves(exprs, expr) < 0)
			error = -ENOMEM;
	}
	exprs->n_wanted = 0;
	return error;
}

double metric_exprs_value(const struct metric_exprs *exprs, int expr)
{
	return exprs->exprs[expr]->value;
}
