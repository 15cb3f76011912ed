package io.culvert.daemon.demo;

/**
 * What one iperf3 run carried.
 *
 * @param gigabits received per second
 * @param senderCpu CPU seconds of the sending end for each GB (10^9 bytes) received
 * @param receiverCpu likewise of the receiving end
 * @param lostPercent datagrams lost; 0 for TCP
 */
record Flow(double gigabits, double senderCpu, double receiverCpu, double lostPercent) {}
