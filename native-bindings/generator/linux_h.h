// SPDX-License-Identifier: Apache-2.0
/* The headers of linux_h and its structs: sockets, TUN, netlink, scheduling, time and descriptors. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/udp.h>

#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>

/* Kernel interface newer than Debian 12's headers (Linux 6.1); these numbers never change. */
#define TUN_F_USO4 0x20 /* Linux 6.2 */
#define TUN_F_USO6 0x40 /* Linux 6.2 */
#define TUN_F_UDP_TUNNEL_GSO 0x80 /* Linux 6.17 */
#define TUN_F_UDP_TUNNEL_GSO_CSUM 0x100 /* Linux 6.17 */

/* The C library has these functions, but declares them nowhere. */
int capget(struct __user_cap_header_struct *header, struct __user_cap_data_struct *data);
int capset(struct __user_cap_header_struct *header, const struct __user_cap_data_struct *data);

/* Macros for members of a union, which would replace the members' own names. */
#undef sa_handler
#undef sa_sigaction
