// SPDX-License-Identifier: Apache-2.0
/*
 * The no-crypto baseline: a WireGuard tunnel with offloads, but without encryption. It shows the cost of moving the
 * packets. It segments and checksums the super-packets that it reads from a TUN interface, leaves room for WireGuard's
 * header and tag before and after each packet, and sends them with one UDP_SEGMENT send. It verifies the checksums of
 * the packets in a UDP_GRO datagram, coalesces consecutive TCP or UDP segments, and writes each super-packet with one
 * write. It neither encrypts nor authenticates: it is for measurements only.
 *
 *   no-crypto IFNAME PORT PEER_ADDRESS   (PORT at both ends; IPv4 or IPv6 outside; coalesces IPv4 only)
 *
 * One thread, plain system calls, and one buffer for each direction, so that its working set stays in the cache.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* From Linux 6.2, for older headers. */
#ifndef TUN_F_USO4
#define TUN_F_USO4 0x20
#define TUN_F_USO6 0x40
#endif
#ifndef VIRTIO_NET_HDR_GSO_UDP_L4
#define VIRTIO_NET_HDR_GSO_UDP_L4 5
#endif

enum {
    WIRE_HEADER = 16,
    WIRE_OVERHEAD = 32,
    MAX_SEGMENTS = 64,
    MAX_DATAGRAM = 65507,
    BUFFER = 1 << 17,
    TUN_BURST = 32,
    UDP_BURST = 8,
    SOCKET_BUFFER = 7 << 20,
    TCP = 6,
    TCP_CHECKSUM = 16,
    UDP = 17,
    UDP_CHECKSUM = 6,
    UDP_HEADER = 8,
    TCP_PSH = 8,
    TCP_ACK = 16,
    TCP_FIN = 1
};

typedef struct virtio_net_hdr vnet;

static int tun, udp, coalesces_udp;

/* The datagrams of one send: each has `segment` bytes; the last may have fewer. */
static struct {
    uint8_t data[BUFFER];
    int length, count, segment, closed;
} batch;

/* The super-packet to be written to the TUN: consecutive segments of one flow. */
static struct {
    vnet header;
    uint8_t ip[BUFFER];
} __attribute__((packed)) coalesced;
static int coalesced_length, coalesced_count, coalesced_headers, coalesced_segment, coalesced_closed;
static uint32_t coalesced_next;

static void die(const char *what) {
    perror(what);
    exit(1);
}

static uint16_t get16(const uint8_t *p) {
    return p[0] << 8 | p[1];
}

static void put16(uint8_t *p, unsigned value) {
    p[0] = value >> 8;
    p[1] = value;
}

static uint32_t get32(const uint8_t *p) {
    uint32_t value;
    memcpy(&value, p, 4);
    return ntohl(value);
}

static void put32(uint8_t *p, uint32_t value) {
    value = htonl(value);
    memcpy(p, &value, 4);
}

/* The sum of 32-bit words in host byte order, to be folded: the byte order does not matter (RFC 1071, section 2B). */
static uint64_t sum(const uint8_t *p, int n) {
    uint64_t total = 0;
    for (; n >= 4; p += 4, n -= 4) {
        uint32_t word;
        memcpy(&word, p, 4);
        total += word;
    }
    uint32_t rest = 0;
    memcpy(&rest, p, n);
    return total + rest;
}

static uint16_t fold(uint64_t total) {
    total = (total & 0xffffffff) + (total >> 32);
    total = (total & 0xffffffff) + (total >> 32);
    total = (total & 0xffff) + (total >> 16);
    total = (total & 0xffff) + (total >> 16);
    return total;
}

static void store(uint8_t *p, uint16_t checksum) {
    memcpy(p, &checksum, 2);
}

/* The pseudo-header of IPv4. */
static uint64_t pseudo(const uint8_t *ip, int length) {
    return sum(ip + 12, 8) + htons(ip[9]) + htons(length);
}

static void checksum_ip(uint8_t *ip, int header) {
    store(ip + 10, 0);
    store(ip + 10, ~fold(sum(ip, header)));
}

static void flush_batch(void) {
    union {
        char bytes[CMSG_SPACE(sizeof(uint16_t))];
        struct cmsghdr align;
    } control;
    struct iovec data = {batch.data, batch.length};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1};
    if (batch.count == 0)
        return;
    if (batch.count > 1) {
        uint16_t segment = batch.segment;
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof control.bytes;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_UDP;
        header->cmsg_type = UDP_SEGMENT;
        header->cmsg_len = CMSG_LEN(sizeof segment);
        memcpy(CMSG_DATA(header), &segment, sizeof segment);
    }
    while (sendmsg(udp, &message, 0) < 0 && errno == EAGAIN)
        poll(&(struct pollfd){udp, POLLOUT, 0}, 1, 100);
    batch.length = batch.count = batch.closed = 0;
}

/* Reserves room for one packet in the batch. */
static uint8_t *append(int length) {
    int wire = length + WIRE_OVERHEAD;
    if (batch.count > 0
        && (batch.closed || wire > batch.segment || batch.count == MAX_SEGMENTS || batch.length + wire > MAX_DATAGRAM))
        flush_batch();
    if (batch.count == 0)
        batch.segment = wire;
    batch.closed = wire < batch.segment;
    uint8_t *at = batch.data + batch.length;
    memset(at, 0, WIRE_HEADER);
    memset(at + WIRE_HEADER + length, 0, WIRE_OVERHEAD - WIRE_HEADER);
    batch.length += wire;
    batch.count++;
    return at + WIRE_HEADER;
}

static void send_one(const vnet *header, const uint8_t *ip, int length) {
    uint8_t *to = append(length);
    memcpy(to, ip, length);
    if (header->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) {
        /* The checksum field already holds the sum of the pseudo-header. */
        int start = header->csum_start;
        store(to + start + header->csum_offset, ~fold(sum(to + start, length - start)));
    }
}

/* Bytes of IPv4 and TCP or UDP headers. */
static int headers_of(const uint8_t *ip) {
    int ip_header = (ip[0] & 15) * 4;
    return ip_header + (ip[9] == UDP ? UDP_HEADER : (ip[ip_header + 12] >> 4) * 4);
}

static void send_segments(const vnet *header, const uint8_t *ip, int length) {
    int ip_header = (ip[0] & 15) * 4, headers = headers_of(ip), is_udp = ip[9] == UDP;
    uint32_t sequence = get32(ip + ip_header + 4);
    uint16_t id = get16(ip + 4);
    for (int at = headers; at < length; at += header->gso_size) {
        int part = length - at < header->gso_size ? length - at : header->gso_size, whole = headers + part;
        uint8_t *to = append(whole), *transport = to + ip_header;
        uint8_t *checksum = transport + (is_udp ? UDP_CHECKSUM : TCP_CHECKSUM);
        memcpy(to, ip, headers);
        memcpy(to + headers, ip + at, part);
        put16(to + 2, whole);
        put16(to + 4, id++);
        checksum_ip(to, ip_header);
        if (is_udp) {
            put16(transport + 4, whole - ip_header);
        } else {
            put32(transport + 4, sequence + at - headers);
            if (at + part < length)
                transport[13] &= ~(TCP_PSH | TCP_FIN);
        }
        store(checksum, 0);
        store(checksum, ~fold(sum(transport, whole - ip_header) + pseudo(to, whole - ip_header)));
    }
}

static int read_tun(void) {
    static uint8_t packet[BUFFER];
    int n = read(tun, packet, sizeof packet);
    if (n < (int) sizeof(vnet) + 20)
        return n >= 0;
    const vnet *header = (const vnet *) packet;
    const uint8_t *ip = packet + sizeof(vnet);
    if (header->gso_type == VIRTIO_NET_HDR_GSO_NONE)
        send_one(header, ip, n - sizeof(vnet));
    else
        send_segments(header, ip, n - sizeof(vnet));
    return 1;
}

static void flush_coalesced(void) {
    if (coalesced_count == 0)
        return;
    memset(&coalesced.header, 0, sizeof coalesced.header);
    if (coalesced_count > 1) {
        int ip_header = (coalesced.ip[0] & 15) * 4, is_udp = coalesced.ip[9] == UDP;
        coalesced.header = (vnet){.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
                               .gso_type = is_udp ? VIRTIO_NET_HDR_GSO_UDP_L4 : VIRTIO_NET_HDR_GSO_TCPV4,
                               .gso_size = coalesced_segment,
                               .hdr_len = coalesced_headers,
                               .csum_start = ip_header,
                               .csum_offset = is_udp ? UDP_CHECKSUM : TCP_CHECKSUM};
        put16(coalesced.ip + 2, coalesced_length);
        checksum_ip(coalesced.ip, ip_header);
        if (is_udp)
            put16(coalesced.ip + ip_header + 4, coalesced_length - ip_header);
        store(coalesced.ip + ip_header + coalesced.header.csum_offset,
              fold(pseudo(coalesced.ip, coalesced_length - ip_header)));
    }
    if (write(tun, &coalesced, sizeof(vnet) + coalesced_length) < 0
        && errno != EIO && errno != EAGAIN && errno != EINVAL)
        die("write to the TUN");
    coalesced_count = 0;
}

/* Whether a packet may be coalesced: an unfragmented TCP or UDP segment with data, without flags but ACK and PSH. */
static int may_coalesce(const uint8_t *ip, int length) {
    int ip_header = (ip[0] & 15) * 4;
    if (ip[0] >> 4 != 4 || length < ip_header + 20 || get16(ip + 2) != length || (get16(ip + 6) & 0x3fff) != 0
        || (ip[9] == UDP ? !coalesces_udp || get16(ip + ip_header + UDP_CHECKSUM) == 0
                         : ip[9] != TCP || (ip[ip_header + 13] & ~TCP_PSH) != TCP_ACK))
        return 0;
    return headers_of(ip) < length
        && fold(sum(ip + ip_header, length - ip_header) + pseudo(ip, length - ip_header)) == 0xffff;
}

/* Whether a packet continues the coalesced one: the same flow; for TCP, the next byte and otherwise equal headers. */
static int follows(const uint8_t *ip, int length, int headers) {
    int ip_header = (ip[0] & 15) * 4;
    const uint8_t *transport = ip + ip_header, *first = coalesced.ip + ip_header;
    return coalesced_count > 0 && !coalesced_closed && headers == coalesced_headers && ip[9] == coalesced.ip[9]
        && length - headers <= coalesced_segment && coalesced_length + length - headers <= 65535
        && memcmp(ip + 12, coalesced.ip + 12, 8) == 0 && memcmp(transport, first, 4) == 0
        && (ip[9] == UDP
            || (get32(transport + 4) == coalesced_next && memcmp(transport + 8, first + 8, 4) == 0
                && memcmp(transport + 20, first + 20, headers - ip_header - 20) == 0));
}

static void deliver(const uint8_t *ip, int length) {
    int eligible = may_coalesce(ip, length), headers = eligible ? headers_of(ip) : 0, ip_header = (ip[0] & 15) * 4;
    if (eligible && follows(ip, length, headers)) {
        memcpy(coalesced.ip + coalesced_length, ip + headers, length - headers);
        if (ip[9] == TCP)
            coalesced.ip[ip_header + 13] |= ip[ip_header + 13] & TCP_PSH;
        coalesced_length += length - headers;
        coalesced_count++;
    } else {
        flush_coalesced();
        memcpy(coalesced.ip, ip, length);
        coalesced_length = length;
        coalesced_count = 1;
        coalesced_headers = headers;
        coalesced_segment = length - headers;
        coalesced_closed = !eligible;
    }
    if (eligible) {
        coalesced_next = get32(ip + ip_header + 4) + length - headers;
        coalesced_closed |= length - headers < coalesced_segment || (ip[9] == TCP && (ip[ip_header + 13] & TCP_PSH));
    }
}

static int read_udp(void) {
    static uint8_t datagrams[BUFFER];
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control;
    struct iovec data = {datagrams, sizeof datagrams};
    struct msghdr message = {
        .msg_iov = &data, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    int n = recvmsg(udp, &message, 0), segment = n;
    if (n < 0)
        return errno == ECONNREFUSED;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header && header->cmsg_level == SOL_UDP && header->cmsg_type == UDP_GRO)
        memcpy(&segment, CMSG_DATA(header), sizeof segment);
    for (int at = 0; at < n; at += segment) {
        int length = (n - at < segment ? n - at : segment) - WIRE_OVERHEAD;
        if (length >= 20)
            deliver(datagrams + at + WIRE_HEADER, length);
    }
    flush_coalesced();
    return 1;
}

static void open_tun(const char *name) {
    struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR};
    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
    if (tun < 0 || ioctl(tun, TUNSETIFF, &request) < 0)
        die("TUN");
    coalesces_udp = ioctl(tun, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_USO4 | TUN_F_USO6) == 0;
    if (!coalesces_udp && ioctl(tun, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4) < 0)
        die("TUN offloads");
}

static void open_udp(int port, const char *peer) {
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)}, to4 = v4;
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)}, to6 = v6;
    int is4 = inet_pton(AF_INET, peer, &to4.sin_addr) == 1, is6 = inet_pton(AF_INET6, peer, &to6.sin6_addr) == 1;
    int on = 1, size = SOCKET_BUFFER;
    if (!is4 && !is6) {
        errno = EINVAL;
        die(peer);
    }
    udp = socket(is4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    if (udp < 0 || bind(udp, is4 ? (void *) &v4 : (void *) &v6, is4 ? sizeof v4 : sizeof v6) < 0
        || connect(udp, is4 ? (void *) &to4 : (void *) &to6, is4 ? sizeof to4 : sizeof to6) < 0
        || setsockopt(udp, SOL_UDP, UDP_GRO, &on, sizeof on) < 0)
        die("UDP");
    setsockopt(udp, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
    setsockopt(udp, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
}

int main(int count, char **words) {
    if (count != 4) {
        fprintf(stderr, "usage: no-crypto IFNAME PORT PEER_ADDRESS\n");
        return 2;
    }
    open_udp(atoi(words[2]), words[3]);
    open_tun(words[1]);
    for (;;) {
        int busy = 0;
        for (int i = 0; i < TUN_BURST && read_tun(); i++)
            busy = 1;
        flush_batch();
        for (int i = 0; i < UDP_BURST && read_udp(); i++)
            busy = 1;
        if (!busy) {
            struct pollfd both[] = {{tun, POLLIN, 0}, {udp, POLLIN, 0}};
            poll(both, 2, -1);
        }
    }
}
