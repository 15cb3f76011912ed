// SPDX-License-Identifier: Apache-2.0
// A library for LD_PRELOAD: TCP sockets of a program become MPTCP sockets (as mptcpize(8) does).
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netinet/in.h>
#include <sys/socket.h>

enum { MPTCP = 262, TYPE_MASK = 0xf };

int socket(int domain, int type, int protocol) {
    int (*next)(int, int, int) = (int (*)(int, int, int)) dlsym(RTLD_NEXT, "socket");
    int tcp = (domain == AF_INET || domain == AF_INET6) && (type & TYPE_MASK) == SOCK_STREAM
              && (protocol == 0 || protocol == IPPROTO_TCP);
    return next(domain, type, tcp ? MPTCP : protocol);
}
