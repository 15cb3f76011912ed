// SPDX-License-Identifier: Apache-2.0
// flood PUBLIC_KEY ADDRESS PORT RATE: sends RATE handshake initiations a second, of which only mac1 is right, to an
// IPv4 address until it is killed. PUBLIC_KEY is the receiver's, in hexadecimal.
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>

enum { INITIATION = 148, MAC1 = 116, MAC = 16, KEY = 32, MESSAGES = 256 };

// BLAKE2s of RFC 7693.
static const uint32_t iv[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                               0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
static const uint8_t sigma[10][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4}, {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13}, {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11}, {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5}, {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0}};

static uint32_t rotate(uint32_t x, int n) {
    return x >> n | x << (32 - n);
}

static void mix(uint32_t *v, int a, int b, int c, int d, uint32_t x, uint32_t y) {
    v[a] += v[b] + x;
    v[d] = rotate(v[d] ^ v[a], 16);
    v[c] += v[d];
    v[b] = rotate(v[b] ^ v[c], 12);
    v[a] += v[b] + y;
    v[d] = rotate(v[d] ^ v[a], 8);
    v[c] += v[d];
    v[b] = rotate(v[b] ^ v[c], 7);
}

static void compress(uint32_t *h, const uint8_t *block, uint32_t count, int last) {
    uint32_t v[16], m[16];
    memcpy(m, block, sizeof m);
    memcpy(v, h, 32);
    memcpy(v + 8, iv, 32);
    v[12] ^= count;
    v[14] ^= last ? 0xffffffff : 0;
    for (int round = 0; round < 10; round++) {
        const uint8_t *s = sigma[round];
        for (int i = 0; i < 4; i++) {
            mix(v, i, 4 + i, 8 + i, 12 + i, m[s[2 * i]], m[s[2 * i + 1]]);
        }
        for (int i = 0; i < 4; i++) {
            mix(v, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4, m[s[8 + 2 * i]], m[s[9 + 2 * i]]);
        }
    }
    for (int i = 0; i < 8; i++) {
        h[i] ^= v[i] ^ v[8 + i];
    }
}

static void blake2s(uint8_t *out, uint32_t size, const uint8_t *key, uint32_t key_size, const uint8_t *in,
                    uint32_t length) {
    uint32_t h[8], count = 0;
    uint8_t block[64] = {0};
    memcpy(h, iv, sizeof h);
    h[0] ^= 0x01010000 ^ key_size << 8 ^ size;
    if (key_size > 0) {
        memcpy(block, key, key_size);
        compress(h, block, count = 64, 0);
    }
    for (; length > 64; in += 64, length -= 64) {
        compress(h, in, count += 64, 0);
    }
    memset(block, 0, sizeof block);
    memcpy(block, in, length);
    compress(h, block, count + length, 1);
    memcpy(out, h, size);
}

int main(int arguments, char **argument) {
    static uint8_t messages[MESSAGES][INITIATION];
    uint8_t labelled[8 + KEY], key[KEY];
    struct sockaddr_in to = {.sin_family = AF_INET};
    int channel = socket(AF_INET, SOCK_DGRAM, 0);

    if (arguments != 5 || strlen(argument[1]) != 2 * KEY || inet_pton(AF_INET, argument[2], &to.sin_addr) != 1) {
        fprintf(stderr, "usage: flood PUBLIC_KEY ADDRESS PORT RATE\n");
        return 2;
    }
    to.sin_port = htons((uint16_t) atoi(argument[3]));
    memcpy(labelled, "mac1----", 8);
    for (int i = 0; i < KEY; i++) {
        sscanf(argument[1] + 2 * i, "%2hhx", &labelled[8 + i]);
    }
    blake2s(key, KEY, NULL, 0, labelled, sizeof labelled);
    for (int i = 0; i < MESSAGES; i++) {
        if (getrandom(messages[i], INITIATION, 0) != INITIATION) {
            return 1;
        }
        memcpy(messages[i], "\1\0\0\0", 4);
        blake2s(messages[i] + MAC1, MAC, key, KEY, messages[i], MAC1);
        memset(messages[i] + MAC1 + MAC, 0, MAC);
    }
    unsigned burst = (unsigned) atoi(argument[4]) / 100 + 1;
    struct timespec pause = {.tv_nsec = 10000000};
    for (unsigned i = 0;; i++) {
        sendto(channel, messages[i % MESSAGES], INITIATION, 0, (struct sockaddr *) &to, sizeof to);
        if (i % burst == 0) {
            nanosleep(&pause, NULL);
        }
    }
}
