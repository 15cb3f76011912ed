// SPDX-License-Identifier: Apache-2.0
// packets DEVICE send: sends the IP packets on stdin, a line of hexadecimal digits each, as a host's stack would.
// packets DEVICE receive COUNT: says "ready", then shows so many IP packets that the device delivers to its host.
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>

enum { SIZE = 65536 };

static int fail(const char *what) {
    perror(what);
    return 1;
}

static int send_lines(int channel, struct sockaddr_ll *to) {
    static char line[2 * SIZE + 2];
    static unsigned char packet[SIZE];
    while (fgets(line, sizeof line, stdin)) {
        size_t length = strcspn(line, "\n") / 2;
        for (size_t i = 0; i < length; i++) {
            sscanf(line + 2 * i, "%2hhx", &packet[i]);
        }
        to->sll_protocol = htons(packet[0] >> 4 == 4 ? ETH_P_IP : ETH_P_IPV6);
        if (sendto(channel, packet, length, 0, (struct sockaddr *) to, sizeof *to) != (ssize_t) length) {
            return fail("sendto");
        }
    }
    return 0;
}

static int receive(int channel, int count) {
    static unsigned char packet[SIZE];
    puts("ready");
    fflush(stdout);
    while (count > 0) {
        struct sockaddr_ll from;
        socklen_t size = sizeof from;
        ssize_t length = recvfrom(channel, packet, sizeof packet, 0, (struct sockaddr *) &from, &size);
        if (length < 0) {
            return fail("recvfrom");
        }
        if (from.sll_pkttype != PACKET_OUTGOING) {
            for (ssize_t i = 0; i < length; i++) {
                printf("%02x", packet[i]);
            }
            puts("");
            fflush(stdout);
            count--;
        }
    }
    return 0;
}

int main(int arguments, char **argument) {
    struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
    int channel = socket(AF_PACKET, SOCK_DGRAM, 0);
    if (arguments < 3 || !(address.sll_ifindex = (int) if_nametoindex(argument[1]))) {
        fprintf(stderr, "usage: packets DEVICE send | receive COUNT\n");
        return 2;
    }
    if (channel < 0 || bind(channel, (struct sockaddr *) &address, sizeof address) != 0) {
        return fail("bind");
    }
    return strcmp(argument[2], "send") == 0 ? send_lines(channel, &address) : receive(channel, atoi(argument[3]));
}
