// SPDX-License-Identifier: Apache-2.0
/* What check-config says of a hub's files and names, each at its place. */
#include "tests/support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "commands/findings.h"
#include "opscon/config.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { NOBODY = 65534 };

static char folder[64], *said;

// Certificates: one that is well, one of another key, one of long ago, one that ends tomorrow.
static void prepare(void)
{
	static const char script[] =
		"cd %s && exec >/dev/null 2>&1 && "
		"new='openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes' && "
		"$new -days 90 -keyout hub.key -out hub.pem -subj /CN=localhost && "
		"$new -days 90 -keyout other.key -out other.pem -subj /CN=elsewhere && "
		"$new -days 1 -keyout soon.key -out soon.pem -subj /CN=soon && "
		"openssl req -new -key hub.key -subj /CN=127.0.0.1 -out old.csr && touch index && "
		"printf '[ca]\\ndefault_ca=c\\n[c]\\ndatabase=index\\nnew_certs_dir=.\\ndefault_md=sha256\\n"
		"rand_serial=yes\\npolicy=p\\n[p]\\ncommonName=supplied\\n' >ca.conf && "
		"openssl ca -batch -config ca.conf -selfsign -keyfile hub.key -in old.csr -out old.pem -notext "
		"-startdate 20200101000000Z -enddate 20210101000000Z && "
		"openssl pkcs8 -topk8 -in hub.key -out locked.key -passout pass:x && "
		"openssl ec -in hub.key -out old-locked.key -aes128 -passout pass:x && "
		"sed 2d hub.key >torn.key && "
		"chmod 600 *.key && cp hub.key open.key && chmod 644 open.key && echo nonsense >text && chmod 600 text "
		"&& mkdir -m 700 "
		"dir && "
		"echo nonsense >open.json && chmod 644 open.json && echo nonsense >bad.json && chmod 600 bad.json";
	char command[2048];

	snprintf(folder, sizeof folder, "/tmp/opscon-findings-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(command, sizeof command, script, folder);
	ck_assert_int_eq(system(command), 0);
}

static void clear(void)
{
	char command[100];

	snprintf(command, sizeof command, "rm -rf %s", folder);
	ck_assert_int_eq(system(command), 0);
	free(said);
	said = NULL;
}

// `hub:` with these lines, the first of which is line 2. What findings_load() makes of it.
static int check(const char *lines)
{
	struct config config;
	char path[100];
	size_t n;
	FILE *to;
	int r;

	snprintf(path, sizeof path, "%s/opscon.yml", folder);
	to = fopen(path, "w");
	ck_assert_ptr_nonnull(to);
	fprintf(to, "hub:\n%s", lines);
	fclose(to);
	free(said);
	to = open_memstream(&said, &n);
	ck_assert_ptr_nonnull(to);
	r = findings_load(path, true, &config, to);
	fclose(to);
	if (r == 0)
		config_finish(&config);
	return r;
}

START_TEST(each_mistake_of_a_hub_is_told_at_its_place)
{
	static const struct {
		const char *lines, *says;
	} rows[] = {
		{ "  tls: {cert: none.pem, key: hub.key}\n", ":2:15: none.pem: No such file or directory; expected a" },
		{ "  tls:\n    cert: text\n    key: hub.key\n",
		  ":3:11: text: there is no certificate in it; expected" },
		{ "  tls: {cert: old.pem, key: hub.key}\n",
		  ": old.pem has expired at 2021-01-01T00:00:00.000Z; expected" },
		{ "  tls: {cert: hub.pem, key: none.key}\n",
		  ": none.key: No such file or directory; expected a private" },
		{ "  tls: {cert: hub.pem, key: dir}\n", ": dir: Is a directory; expected a private key as PEM" },
		{ "  tls: {cert: hub.pem, key: other.key}\n",
		  ":2:8: the key in other.key is not that of the certificate in hub.pem; expected" },
		{ "  tls: {cert: hub.pem, key: text}\n", ":2:29: text: there is no private key in it; expected" },
		{ "  tls: {cert: hub.pem, key: other.pem}\n",
		  ":2:29: other.pem: there is a certificate and no private key in it; expected" },
		{ "  tls: {cert: hub.key, key: hub.key}\n",
		  ":2:15: hub.key: there is a private key and no certificate in it; expected" },
		{ "  tls: {cert: hub.pem, key: locked.key}\n",
		  ":2:29: locked.key: the private key in it wants a password; expected" },
		{ "  tls: {cert: hub.pem, key: old-locked.key}\n",
		  ":2:29: old-locked.key: the private key in it wants a password; expected" },
		{ "  tls: {cert: hub.pem, key: torn.key}\n", ":2:8: hub.pem and torn.key: " },
		{ "  tls: {cert: hub.pem}\n", "cert without key; expected cert and key together" },
		{ "  tls: {key: hub.key}\n", "key without cert; expected cert and key together" },
		{ "  tls: {cert: hub.pem, key: hub.key, client_ca: text}\n", ": text: " },
		{ "  listen: ['0.0.0.0:8430']\n", "without TLS; expected" },
		{ "  token_file: open.json\n",
		  ":2:15: open.json: its mode is 0644, so others can use it; expected 0600" },
		{ "  token_file: bad.json\n", ":2:15: bad.json: " },
		{ "  token_file: no/such.json\n", "no: No such file or directory; expected a directory for tokens" },
		{ "  socket: text\n", ":2:11: text is there, and no socket; expected a path for one" },
		{ "  socket: no/such/hub.sock\n", ": no: No such file or directory; expected a directory in which" },
		{ "  socket: text/hub.sock\n", ": text is no directory; expected a directory in which it can make a" },
		{ "  record: {dir: text}\n",
		  ":2:17: text is no directory; expected a directory in which it can make files" },
		{ "  record: {dir: no/such}\n", ": no: No such file or directory; expected a directory in which" },
		{ "  peers:\n  - {user: no-such-user, role: admin}\n",
		  ":3:5: no-such-user: there is no such user on this" },
		{ "  peers:\n  - {group: no-such-group, role: none}\n",
		  "no-such-group: there is no such group on this" },
		{ "  roles:\n  - {user: no-such-user, role: viewer}\n", ":3:5: no-such-user: there is no such user" },
		{ "  roles:\n  - {token: 'a b', role: viewer}\n", ":3:5: a b is no name of a token; expected letters" },
		{ "  roles:\n  - {token: ci, allow: '=x'}\n", ":3:" },
		{ "  peers:\n  - {user: root, role: boss}\n", ":3:" },
	};

	prepare();
	for (size_t i = 0; i < COUNT(rows); i++)
		ck_assert_msg(check(rows[i].lines) == -EINVAL && strstr(said, rows[i].says) && !strstr(said, "warning"),
			      "%s: %s", rows[i].lines, said);
	clear();
}
END_TEST

START_TEST(what_a_hub_can_live_with_is_a_warning)
{
	static const struct {
		const char *lines, *says;
	} rows[] = {
		{ "  tls: {cert: soon.pem, key: soon.key}\n", ":2:15: warning: soon.pem expires at 20" },
		{ "  tls: {cert: hub.pem, key: hub.key}\n  listen: ['127.0.0.1:8430', '[::1]:8430']\n",
		  ":2:3: warning: the certificate of tls is used by no address of listen: loopback gets no TLS;" },
		{ "  tls: {cert: hub.pem, key: open.key}\n",
		  ":2:29: warning: others may read or change open.key, of mode" },
		{ "  token_file: tokens.json\n  roles:\n  - {token: ci, role: viewer}\n",
		  ":4:5: warning: there is no token ci in tokens.json; expected one of opscon token list" },
	};

	prepare();
	for (size_t i = 0; i < COUNT(rows); i++)
		ck_assert_msg(check(rows[i].lines) == 0 && strstr(said, rows[i].says), "%s: %s", rows[i].lines, said);
	clear();
}
END_TEST

START_TEST(where_all_is_well_nothing_is_said)
{
	prepare();
	ck_assert_msg(check("  listen: ['0.0.0.0:8430']\n"
			    "  tls: {cert: hub.pem, key: hub.key, client_ca: other.pem}\n"
			    "  token_file: tokens.json\n"
			    "  socket: run/hub.sock\n"
			    "  record: {dir: recordings}\n"
			    "  peers:\n"
			    "  - {user: root, role: admin}\n"
			    "  - {group: root, role: viewer}\n"
			    "  - {uid: 12345, role: viewer}\n") == 0,
		      "%s", said);
	ck_assert_str_eq(said, "");
	clear();
}
END_TEST

// Whoever asks may be another user than the hub; only root can be somebody else.
START_TEST(what_another_user_may_not_look_at_is_no_mistake)
{
	static const struct {
		const char *lines, *says;
	} rows[] = {
		{ "  tls: {cert: hub.pem, key: hub.key}\n", ":2:29: warning: hub.key cannot be looked at by " },
		{ "  token_file: bad.json\n", ":2:15: warning: bad.json cannot be looked at by " },
		{ "  record: {dir: dir}\n", ":2:17: warning: dir cannot be looked at by " },
		{ "  socket: dir/hub.sock\n", ":2:11: warning: dir cannot be looked at by " },
	};

	if (geteuid() != 0)
		return;
	prepare();
	for (size_t i = 0; i < COUNT(rows); i++) {
		char path[100];
		int r;

		snprintf(path, sizeof path, "%s/opscon.yml", folder);
		ck_assert_int_eq(chmod(folder, 0777), 0);
		ck_assert_int_eq(seteuid(NOBODY), 0);
		unlink(path);
		r = check(rows[i].lines);
		ck_assert_int_eq(seteuid(0), 0);
		ck_assert_msg(r == 0 && strstr(said, rows[i].says), "%s: %s", rows[i].lines, said);
	}
	clear();
}
END_TEST

SUITE("what a hub finds", each_mistake_of_a_hub_is_told_at_its_place, what_a_hub_can_live_with_is_a_warning,
      where_all_is_well_nothing_is_said, what_another_user_may_not_look_at_is_no_mistake)
