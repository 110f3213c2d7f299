// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/poll/tls_peer.h"

#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

bool tls_peer_is_there(void)
{
	return system("openssl version >/dev/null 2>&1") == 0;
}

// One key, and the certificates that a test needs, made by a shell script in a folder of its own.
void tls_peer_prepare(struct tls_peer *peer)
{
	static const char script[] =
		"cd %s && exec >/dev/null 2>&1 && "
		"new='openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2' && "
		"$new -keyout self.key -out self.pem -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 && "
		"$new -keyout other.key -out other.pem -subj /CN=elsewhere -addext subjectAltName=DNS:elsewhere && "
		"openssl req -new -key self.key -subj /CN=127.0.0.1 -out old.csr && touch index && "
		"printf "
		"'[ca]\\ndefault_ca=c\\n[c]\\ndatabase=index\\nnew_certs_dir=.\\ndefault_md=sha256\\nrand_serial=yes\\n"
		"policy=p\\n[p]\\ncommonName=supplied\\n' >ca.conf && "
		"openssl ca -batch -config ca.conf -selfsign -keyfile self.key -in old.csr -out old.pem -notext "
		"-startdate 20200101000000Z -enddate 20210101000000Z && cp self.key old.key";
	char command[2048];

	snprintf(peer->folder, sizeof peer->folder, "/tmp/opscon-tls-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(peer->folder));
	snprintf(command, sizeof command, script, peer->folder);
	ck_assert_int_eq(system(command), 0);
}

// On peer->port, or where that is 0 on any.
void tls_peer_serve(struct tls_peer *peer, const char *certificate, const char *extra)
{
	char command[512], line[256];
	int out[2];

	snprintf(command, sizeof command,
		 "cd %s && exec openssl s_server -accept 127.0.0.1:%d -www -cert %s.pem -key %s.key %s 2>&1",
		 peer->folder, peer->port, certificate, certificate, extra);
	ck_assert_int_eq(pipe(out), 0);
	peer->pid = fork();
	if (peer->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); // a test that fails must not leave it behind
		dup2(out[1], STDOUT_FILENO);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	close(out[1]);
	peer->out = fdopen(out[0], "r");
	while (fgets(line, sizeof line, peer->out) && strncmp(line, "ACCEPT", 6) != 0)
		;
	if (!peer->port) // it tells the port only when it chose one
		ck_assert_int_eq(sscanf(line, "ACCEPT 127.0.0.1:%d", &peer->port), 1);
	ck_assert_int_gt(peer->port, 0);
}

void tls_peer_pause(struct tls_peer *peer)
{
	kill(peer->pid, SIGKILL);
	waitpid(peer->pid, NULL, 0);
	fclose(peer->out);
}

void tls_peer_stop(struct tls_peer *peer)
{
	tls_peer_pause(peer);
	peer->port = 0;
}

void tls_peer_finish(const struct tls_peer *peer)
{
	char command[128];

	snprintf(command, sizeof command, "rm -r %s", peer->folder);
	ck_assert_int_eq(system(command), 0);
}
