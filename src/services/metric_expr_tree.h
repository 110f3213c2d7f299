#pragma once
// SPDX-License-Identifier: Apache-2.0
/* A compiled expression: postfix nodes over numbers and leaves. Between metric_expr_parse.c, metric_expr.c and
 * metric_leaf.c.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "services/metric_expr.h"

enum expr_op { OP_NUMBER, OP_LEAF, OP_ADD, OP_SUBTRACT, OP_MULTIPLY, OP_DIVIDE, OP_NEGATE, OP_FIRST };

struct expr_node {
	enum expr_op op;
	uint16_t arg;  // OP_LEAF: index into leaves; OP_FIRST: number of operands
	double number; // OP_NUMBER
};

enum leaf_kind {
	LEAF_SUM,
	LEAF_AVG,
	LEAF_MIN,
	LEAF_MAX,
	LEAF_COUNT,
	LEAF_RATE,
	LEAF_INCREASE,
	LEAF_QUANTILE,
	LEAF_AGE
};

struct expr_matcher {
	char *name, *value; // owned
	bool is_glob, is_negated;
};

struct expr_leaf {
	enum leaf_kind kind;
	char *name;      // owned; of quantiles with _bucket
	double quantile; // LEAF_QUANTILE
	struct expr_matcher matchers[METRIC_EXPR_MATCHERS_MAX];
	size_t n_matchers;
};

struct expr_tree {
	struct expr_node nodes[METRIC_EXPR_NODES_MAX];
	size_t n_nodes;
	struct expr_leaf *leaves[METRIC_EXPR_LEAVES_MAX]; // owned
	size_t n_leaves;
};

// 0; -EINVAL with the error (never NULL here); -ENOMEM. Either way finish the tree.
int expr_tree_parse(const char *text, struct expr_tree *tree, struct metric_expr_error *error);
void expr_tree_finish(struct expr_tree *tree);
void expr_leaf_free(struct expr_leaf *leaf);

bool expr_leaf_is_counter(const struct expr_leaf *leaf);                                // compares with the last scrape
bool expr_leaf_matches(const struct expr_leaf *leaf, const struct prom_sample *sample); // labels; the name is known
