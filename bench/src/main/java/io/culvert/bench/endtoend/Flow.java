package io.culvert.bench.endtoend;

/**
 * What one run of iperf3 carried, all streams and directions together.
 *
 * @param gigabits received per second
 * @param gigabytes received, of 10^9 bytes
 * @param lostPercent datagrams lost; 0 for TCP
 * @param retransmits segments that TCP sent again; 0 for UDP
 */
record Flow(double gigabits, double gigabytes, double lostPercent, double retransmits) {}
