// SPDX-License-Identifier: Apache-2.0
/* The headers of linux_h and its structs: sockets, TUN, netlink, scheduling, time and descriptors. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/udp.h>

#include <linux/filter.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>

/* Kernel interface newer than Debian 12's headers (Linux 6.1); these numbers never change. */
#define TUN_F_USO4 0x20 /* Linux 6.2 */
#define TUN_F_USO6 0x40 /* Linux 6.2 */
#define TUN_F_UDP_TUNNEL_GSO 0x80 /* Linux 6.17 */
#define TUN_F_UDP_TUNNEL_GSO_CSUM 0x100 /* Linux 6.17 */
