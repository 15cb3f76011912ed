// SPDX-License-Identifier: Apache-2.0
/*
 * The no-crypto baseline: a WireGuard tunnel with offloads, but without encryption. It shows the cost of moving the
 * packets, as a bound for tunnels that move them in the same way. It segments and checksums the super-packets that it
 * reads from a TUN interface, and leaves room for WireGuard's header and tag before and after each packet. One
 * UDP_SEGMENT send takes as many of them as fit; a super-packet of more leaves as equal sends. It verifies the
 * checksums of the packets in UDP_GRO datagrams, coalesces consecutive TCP or UDP segments to super-packets of up to
 * 64 KiB (16 datagrams of UDP), also across datagrams, and writes each with one write. After 16 UDP datagrams it yields
 * the CPU to their readers. Sends and receives of several messages share a system call. It neither encrypts nor
 * authenticates: it is for measurements only.
 *
 *   no-crypto IFNAME PORT PEER_ADDRESS   (PORT at both ends; IPv4 or IPv6 outside and inside)
 *
 * One thread, plain system calls, and small buffers that are reused at once, so that its working set stays in the
 * cache.
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
#include <sched.h>
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
    ROOM = 1 << 16,
    TUN_BURST = 64,
    UDP_BURST = 16,
    MAX_SENDS = 64,
    DATAGRAMS_AT_ONCE = 16,
    IPV6_HEADER = 40,
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
struct send {
    int start, length, count, segment, closed;
};

/* Sends that wait for one sendmmsg; the last one grows. */
static struct {
    uint8_t data[2 * BUFFER];
    struct send sends[MAX_SENDS];
    int used, length;
} batch;

/* The super-packet to be written to the TUN: consecutive segments of one flow. */
static struct {
    vnet header;
    uint8_t ip[BUFFER];
} __attribute__((packed)) coalesced;
static int coalesced_length, coalesced_count, coalesced_headers, coalesced_segment, coalesced_closed;
static uint32_t coalesced_next;

/* UDP datagrams delivered since their readers had the CPU. */
static int datagrams_delivered;

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

static int is_ipv6(const uint8_t *ip) {
    return ip[0] >> 4 == 6;
}

/* Bytes of the IP header; IPv6 packets with extension headers are not segments. */
static int ip_header_of(const uint8_t *ip) {
    return is_ipv6(ip) ? IPV6_HEADER : (ip[0] & 15) * 4;
}

static int protocol_of(const uint8_t *ip) {
    return is_ipv6(ip) ? ip[6] : ip[9];
}

/* The sum of the pseudo-header (RFC 9293, section 3.1; RFC 8200, section 8.1). */
static uint64_t pseudo(const uint8_t *ip, int length) {
    return (is_ipv6(ip) ? sum(ip + 8, 32) : sum(ip + 12, 8)) + htons(protocol_of(ip)) + htons(length);
}

/* Sets the length of the IP packet, and the checksum that IPv4 has. */
static void set_length(uint8_t *ip, int ip_header, int length) {
    if (is_ipv6(ip)) {
        put16(ip + 4, length - IPV6_HEADER);
        return;
    }
    put16(ip + 2, length);
    store(ip + 10, 0);
    store(ip + 10, ~fold(sum(ip, ip_header)));
}

static void flush_batch(void) {
    static union {
        char bytes[CMSG_SPACE(sizeof(uint16_t))];
        struct cmsghdr align;
    } control[MAX_SENDS];
    static struct iovec data[MAX_SENDS];
    static struct mmsghdr messages[MAX_SENDS];
    for (int i = 0; i < batch.used; i++) {
        struct send *one = &batch.sends[i];
        data[i] = (struct iovec){batch.data + one->start, one->length};
        messages[i].msg_hdr = (struct msghdr){.msg_iov = &data[i], .msg_iovlen = 1};
        if (one->count == 1)
            continue;
        uint16_t segment = one->segment;
        messages[i].msg_hdr.msg_control = control[i].bytes;
        messages[i].msg_hdr.msg_controllen = sizeof control[i].bytes;
        struct cmsghdr *header = CMSG_FIRSTHDR(&messages[i].msg_hdr);
        header->cmsg_level = SOL_UDP;
        header->cmsg_type = UDP_SEGMENT;
        header->cmsg_len = CMSG_LEN(sizeof segment);
        memcpy(CMSG_DATA(header), &segment, sizeof segment);
    }
    for (int done = 0; done < batch.used;) {
        int sent = sendmmsg(udp, messages + done, batch.used - done, 0);
        if (sent > 0)
            done += sent;
        else if (errno == EAGAIN)
            poll(&(struct pollfd){udp, POLLOUT, 0}, 1, 100);
        else
            done++;
    }
    batch.used = batch.length = 0;
}

/* Ends the send that grows. */
static void close_send(void) {
    if (batch.used > 0)
        batch.sends[batch.used - 1].closed = 1;
}

/* Reserves room for one packet in the batch. */
static uint8_t *append(int length) {
    int wire = length + WIRE_OVERHEAD;
    struct send *last = batch.used > 0 ? &batch.sends[batch.used - 1] : NULL;
    if (!last || last->closed || wire > last->segment || last->count == MAX_SEGMENTS
        || last->length + wire > MAX_DATAGRAM) {
        if (batch.used == MAX_SENDS || batch.length > BUFFER)
            flush_batch();
        last = &batch.sends[batch.used++];
        *last = (struct send){.start = batch.length, .segment = wire};
    }
    last->closed = wire < last->segment;
    uint8_t *at = batch.data + batch.length;
    memset(at, 0, WIRE_HEADER);
    memset(at + WIRE_HEADER + length, 0, WIRE_OVERHEAD - WIRE_HEADER);
    last->length += wire;
    last->count++;
    batch.length += wire;
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

/* Bytes of IP and TCP or UDP headers. */
static int headers_of(const uint8_t *ip) {
    int ip_header = ip_header_of(ip);
    return ip_header + (protocol_of(ip) == UDP ? UDP_HEADER : (ip[ip_header + 12] >> 4) * 4);
}

/* The segments of each of the equal sends that a super-packet leaves as. */
static int segments_of_a_send(int segments, int wire) {
    int most = MAX_DATAGRAM / wire < MAX_SEGMENTS ? MAX_DATAGRAM / wire : MAX_SEGMENTS;
    int sends = (segments + most - 1) / most;
    return (segments + sends - 1) / sends;
}

static void send_segments(const vnet *header, const uint8_t *ip, int length) {
    int ip_header = ip_header_of(ip), headers = headers_of(ip), is_udp = protocol_of(ip) == UDP, sent = 0;
    uint32_t sequence = get32(ip + ip_header + 4);
    uint16_t id = get16(ip + 4);
    int segments = (length - headers + header->gso_size - 1) / header->gso_size;
    int each = segments_of_a_send(segments, headers + header->gso_size + WIRE_OVERHEAD);
    if (each < segments)
        close_send();
    for (int at = headers; at < length; at += header->gso_size) {
        int part = length - at < header->gso_size ? length - at : header->gso_size, whole = headers + part;
        if (each < segments && sent > 0 && sent % each == 0)
            close_send();
        sent++;
        uint8_t *to = append(whole), *transport = to + ip_header;
        uint8_t *checksum = transport + (is_udp ? UDP_CHECKSUM : TCP_CHECKSUM);
        memcpy(to, ip, headers);
        memcpy(to + headers, ip + at, part);
        if (!is_ipv6(ip))
            put16(to + 4, id++);
        set_length(to, ip_header, whole);
        if (is_udp) {
            put16(transport + 4, whole - ip_header);
        } else {
            put32(transport + 4, sequence + at - headers);
            if (at + part < length)
                transport[13] &= ~(TCP_PSH | TCP_FIN);
        }
        store(checksum, 0);
        uint16_t value = ~fold(sum(transport, whole - ip_header) + pseudo(to, whole - ip_header));
        store(checksum, is_udp && value == 0 ? 0xffff : value);
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
        int ip_header = ip_header_of(coalesced.ip), is_udp = protocol_of(coalesced.ip) == UDP;
        int tcp_type = is_ipv6(coalesced.ip) ? VIRTIO_NET_HDR_GSO_TCPV6 : VIRTIO_NET_HDR_GSO_TCPV4;
        coalesced.header = (vnet){.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
                               .gso_type = is_udp ? VIRTIO_NET_HDR_GSO_UDP_L4 : tcp_type,
                               .gso_size = coalesced_segment,
                               .hdr_len = coalesced_headers,
                               .csum_start = ip_header,
                               .csum_offset = is_udp ? UDP_CHECKSUM : TCP_CHECKSUM};
        set_length(coalesced.ip, ip_header, coalesced_length);
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

/* Whether the IP header is that of a whole packet of this length, without fragmentation and extension headers. */
static int is_whole(const uint8_t *ip, int length) {
    if (is_ipv6(ip))
        return length >= IPV6_HEADER + 20 && get16(ip + 4) == length - IPV6_HEADER;
    return ip[0] >> 4 == 4 && length >= ip_header_of(ip) + 20 && get16(ip + 2) == length && !(get16(ip + 6) & 0x3fff);
}

/* Whether a packet may be coalesced: a TCP or UDP segment with data, without flags but ACK and PSH. */
static int may_coalesce(const uint8_t *ip, int length) {
    if (!is_whole(ip, length))
        return 0;
    int ip_header = ip_header_of(ip), protocol = protocol_of(ip);
    if (protocol == UDP ? !coalesces_udp || get16(ip + ip_header + UDP_CHECKSUM) == 0
                        : protocol != TCP || (ip[ip_header + 13] & ~TCP_PSH) != TCP_ACK)
        return 0;
    return headers_of(ip) < length
        && fold(sum(ip + ip_header, length - ip_header) + pseudo(ip, length - ip_header)) == 0xffff;
}

/* Whether a packet continues the coalesced one: the same flow; for TCP, the next byte and otherwise equal headers. */
static int follows(const uint8_t *ip, int length, int headers) {
    int ip_header = ip_header_of(ip), addresses = is_ipv6(ip) ? 8 : 12;
    const uint8_t *transport = ip + ip_header, *first = coalesced.ip + ip_header;
    return coalesced_count > 0 && !coalesced_closed && headers == coalesced_headers && ip[0] == coalesced.ip[0]
        && protocol_of(ip) == protocol_of(coalesced.ip) && length - headers <= coalesced_segment
        && coalesced_length + length - headers <= 65535
        && (protocol_of(ip) != UDP || coalesced_count < DATAGRAMS_AT_ONCE)
        && memcmp(ip + addresses, coalesced.ip + addresses, ip_header - addresses) == 0
        && memcmp(transport, first, 4) == 0
        && (protocol_of(ip) == UDP
            || (get32(transport + 4) == coalesced_next && memcmp(transport + 8, first + 8, 4) == 0
                && memcmp(transport + 20, first + 20, headers - ip_header - 20) == 0));
}

static void deliver(const uint8_t *ip, int length) {
    int eligible = may_coalesce(ip, length), headers = eligible ? headers_of(ip) : 0, ip_header = ip_header_of(ip);
    if (eligible && follows(ip, length, headers)) {
        memcpy(coalesced.ip + coalesced_length, ip + headers, length - headers);
        if (protocol_of(ip) == TCP)
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
        coalesced_closed |= length - headers < coalesced_segment;
        coalesced_closed |= protocol_of(ip) == TCP && (ip[ip_header + 13] & TCP_PSH);
    }
}

/* Delivers the datagrams of one receive; returns whether they were several, joined by UDP_GRO. */
static int deliver_datagrams(const uint8_t *datagrams, int n, struct msghdr *message) {
    int segment = n;
    struct cmsghdr *header = CMSG_FIRSTHDR(message);
    if (header && header->cmsg_level == SOL_UDP && header->cmsg_type == UDP_GRO)
        memcpy(&segment, CMSG_DATA(header), sizeof(int));
    for (int at = 0; at < n; at += segment) {
        int length = (n - at < segment ? n - at : segment) - WIRE_OVERHEAD;
        if (length < 20)
            continue;
        deliver(datagrams + at + WIRE_HEADER, length);
        datagrams_delivered += protocol_of(datagrams + at + WIRE_HEADER) == UDP;
    }
    if (datagrams_delivered >= DATAGRAMS_AT_ONCE) {
        /* A reader's socket holds few datagrams, so let it run. */
        flush_coalesced();
        sched_yield();
        datagrams_delivered = 0;
    }
    return segment < n;
}

/* Receives one group of datagrams into one buffer that stays in the cache, or several single datagrams. */
static int read_udp(void) {
    static uint8_t datagrams[UDP_BURST][ROOM];
    static union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control[UDP_BURST];
    static struct iovec data[UDP_BURST];
    static struct mmsghdr messages[UDP_BURST];
    static int most = 1;
    for (int i = 0; i < most; i++) {
        data[i] = (struct iovec){datagrams[i], ROOM};
        messages[i].msg_hdr = (struct msghdr){.msg_iov = &data[i],
                                              .msg_iovlen = 1,
                                              .msg_control = control[i].bytes,
                                              .msg_controllen = sizeof control[i].bytes};
    }
    int count = recvmmsg(udp, messages, most, 0, NULL), grouped = 0;
    if (count < 0)
        return errno == ECONNREFUSED;
    for (int i = 0; i < count; i++)
        grouped |= deliver_datagrams(datagrams[i], messages[i].msg_len, &messages[i].msg_hdr);
    most = grouped ? 1 : UDP_BURST;
    return count;
}

static void open_tun(const char *name) {
    struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR};
    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
    if (tun < 0 || ioctl(tun, TUNSETIFF, &request) < 0)
        die("TUN");
    coalesces_udp = ioctl(tun, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_USO4 | TUN_F_USO6) == 0;
    if (!coalesces_udp && ioctl(tun, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6) < 0)
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
        for (int received = 0, n = 1; received < UDP_BURST && n > 0; received += n) {
            n = read_udp();
            busy |= n > 0;
        }
        flush_coalesced();
        if (!busy) {
            struct pollfd both[] = {{tun, POLLIN, 0}, {udp, POLLIN, 0}};
            poll(both, 2, -1);
        }
    }
}
