------------------------------ MODULE Keypairs ------------------------------
(***************************************************************************)
(* The sessions of two peers that rekey, also at once, over a network that *)
(* delays, reorders, duplicates and loses.                                 *)
(*                                                                         *)
(*   handshake, latest      io.culvert.engine.noise.Handshake              *)
(*   results                device.HandshakeProcessor gives keypairs to    *)
(*                          the peer's home, in order                      *)
(*   previous, current, next   io.culvert.engine.noise.Keypairs            *)
(*                                                                         *)
(* A session is the number of its initiation. Numbers rise, as timestamps  *)
(* do. The constants after Retries take rules of the protocol out;         *)
(* ModelsTest shows that each is needed.                                   *)
(***************************************************************************)
EXTENDS Naturals, Sequences, FiniteSets

CONSTANTS
  Initiations,  \* how often each side initiates
  Retries,      \* how often "A" initiates after the network has healed
  Overlap,      \* whether a side initiates while messages are on their way
  Loses,        \* whether the network loses and duplicates, before it heals
  ChecksTimestamps,   \* an initiation that is not newer than the last is refused
  KeepsPrevious,      \* an initiator goes on to receive with the session before
  AwaitsConfirmation  \* a responder does not send with a session before it receives with it

Sides == {"A", "B"}
Other(s) == IF s = "A" THEN "B" ELSE "A"
None == 0

VARIABLES
  last,       \* the greatest number of an initiation
  begun,      \* side -> how often it initiated
  initiator,  \* session -> the side that initiated it
  handshake,  \* side -> the initiation whose response it waits for, or None
  latest,     \* side -> the greatest initiation consumed
  results,    \* side -> sessions that the home has yet to install
  previous, current, next,   \* side -> session
  derived,    \* side -> sessions whose keys it has had
  dropped,    \* side -> sessions dropped
  network,    \* messages in flight
  healed

vars == <<last, begun, initiator, handshake, latest, results, previous, current, next, derived, dropped, network,
          healed>>

Most == 2 * Initiations + Retries
Numbers == 1 .. Most

Init ==
  /\ last = 0
  /\ begun = [s \in Sides |-> 0]
  /\ initiator = [n \in Numbers |-> "A"]
  /\ handshake = [s \in Sides |-> None]
  /\ latest = [s \in Sides |-> 0]
  /\ results = [s \in Sides |-> <<>>]
  /\ previous = [s \in Sides |-> None]
  /\ current = [s \in Sides |-> None]
  /\ next = [s \in Sides |-> None]
  /\ derived = [s \in Sides |-> {}]
  /\ dropped = [s \in Sides |-> {}]
  /\ network = {}
  /\ healed = FALSE

Message(kind, to, session) == [kind |-> kind, to |-> to, session |-> session]
Quiet == network = {} /\ \A s \in Sides : results[s] = <<>>
Slots(s) == {previous[s], current[s], next[s]} \ {None}

\* A new initiation replaces the handshake in progress.
Initiate(s) ==
  /\ last < Most
  /\ Overlap \/ Quiet
  /\ IF healed
     THEN s = "A" /\ handshake["A"] = None /\ results["A"] = <<>> /\ (last = 0 \/ current["A"] # last)
     ELSE begun[s] < Initiations
  /\ last' = last + 1
  /\ begun' = [begun EXCEPT ![s] = @ + 1]
  /\ initiator' = [initiator EXCEPT ![last + 1] = s]
  /\ handshake' = [handshake EXCEPT ![s] = last + 1]
  /\ network' = network \cup {Message("initiation", Other(s), last + 1)}
  /\ UNCHANGED <<latest, results, previous, current, next, derived, dropped, healed>>

\* Retransmission by timer, when nothing of the present handshake is on its way any more.
Retry ==
  /\ healed /\ handshake["A"] # None /\ last < Most
  /\ \A m \in network : m.session # handshake["A"]
  /\ \A s \in Sides : \A i \in 1 .. Len(results[s]) : results[s][i] # handshake["A"]
  /\ handshake' = [handshake EXCEPT !["A"] = None]
  /\ UNCHANGED <<last, begun, initiator, latest, results, previous, current, next, derived, dropped, network,
                 healed>>

Remove(m) == IF Loses /\ ~healed THEN {network, network \ {m}} ELSE {network \ {m}}

\* A consumed initiation replaces the handshake in progress, of which the response is then refused.
Consume(m) ==
  LET s == m.to
      accepts == ChecksTimestamps => m.session > latest[s]
  IN /\ m.kind = "initiation"
     /\ IF accepts
        THEN /\ latest' = [latest EXCEPT ![s] = IF m.session > @ THEN m.session ELSE @]
             /\ handshake' = [handshake EXCEPT ![s] = None]
             /\ results' = [results EXCEPT ![s] = Append(@, m.session)]
             /\ derived' = [derived EXCEPT ![s] = @ \cup {m.session}]
        ELSE /\ UNCHANGED <<latest, handshake, results, derived>>
     /\ network' \in Remove(m)
     /\ UNCHANGED <<last, begun, initiator, previous, current, next, dropped, healed>>

Answered(m) ==
  LET s == m.to
  IN /\ m.kind = "response"
     /\ IF handshake[s] = m.session
        THEN /\ handshake' = [handshake EXCEPT ![s] = None]
             /\ results' = [results EXCEPT ![s] = Append(@, m.session)]
             /\ derived' = [derived EXCEPT ![s] = @ \cup {m.session}]
        ELSE /\ UNCHANGED <<handshake, results, derived>>
     /\ network' \in Remove(m)
     /\ UNCHANGED <<last, begun, initiator, latest, previous, current, next, dropped, healed>>

\* Keypairs.addNew. The responder sends its response, the initiator a message that confirms.
Install(s) ==
  /\ results[s] # <<>>
  /\ LET new == Head(results[s])
         initiated == initiator[new] = s
         before == Slots(s)
     IN /\ IF initiated
           THEN /\ next' = [next EXCEPT ![s] = None]
                /\ previous' = [previous EXCEPT ![s] =
                     IF next[s] # None THEN next[s] ELSE IF KeepsPrevious THEN current[s] ELSE None]
                /\ current' = [current EXCEPT ![s] = new]
                /\ network' = network \cup {Message("data", Other(s), new)}
           ELSE /\ IF AwaitsConfirmation
                   THEN /\ next' = [next EXCEPT ![s] = new]
                        /\ previous' = [previous EXCEPT ![s] = None]
                        /\ UNCHANGED current
                   ELSE /\ current' = [current EXCEPT ![s] = new]
                        /\ previous' = [previous EXCEPT ![s] = current[s]]
                        /\ UNCHANGED next
                /\ network' = network \cup {Message("response", Other(s), new)}
        /\ dropped' = [dropped EXCEPT ![s] = @ \cup (before \ {previous'[s], current'[s], next'[s]})]
  /\ results' = [results EXCEPT ![s] = Tail(@)]
  /\ UNCHANGED <<last, begun, initiator, handshake, latest, derived, healed>>

Send(s) ==
  /\ current[s] # None
  /\ Message("data", Other(s), current[s]) \notin network
  /\ network' = network \cup {Message("data", Other(s), current[s])}
  /\ UNCHANGED <<last, begun, initiator, handshake, latest, results, previous, current, next, derived, dropped, healed>>

\* Keypairs.receivedWith. The replay window, which refuses duplicates of data, is not modelled: they change nothing.
Receive(m) ==
  LET s == m.to
  IN /\ m.kind = "data"
     /\ IF m.session = next[s]
        THEN /\ previous' = [previous EXCEPT ![s] = current[s]]
             /\ current' = [current EXCEPT ![s] = m.session]
             /\ next' = [next EXCEPT ![s] = None]
             /\ dropped' = [dropped EXCEPT ![s] = @ \cup ({previous[s]} \ {None})]
        ELSE UNCHANGED <<previous, current, next, dropped>>
     /\ network' \in Remove(m)
     /\ UNCHANGED <<last, begun, initiator, handshake, latest, results, derived, healed>>

Lose(m) ==
  /\ Loses /\ ~healed
  /\ network' = network \ {m}
  /\ UNCHANGED <<last, begun, initiator, handshake, latest, results, previous, current, next, derived, dropped, healed>>

Heal ==
  /\ Retries > 0 /\ ~healed
  /\ healed' = TRUE
  /\ UNCHANGED <<last, begun, initiator, handshake, latest, results, previous, current, next, derived, dropped,
                 network>>

Deliver(m) == Consume(m) \/ Answered(m) \/ Receive(m)

Next ==
  \/ \E s \in Sides : Initiate(s) \/ Install(s) \/ Send(s)
  \/ \E m \in network : Deliver(m) \/ Lose(m)
  \/ Retry \/ Heal

AllMessages == [kind : {"initiation", "response", "data"}, to : Sides, session : Numbers]

Spec ==
  /\ Init /\ [][Next]_vars
  /\ \A s \in Sides : WF_vars(Install(s))
  /\ \A m \in AllMessages : WF_vars(m \in network /\ Deliver(m))
  /\ WF_vars(Send("A")) /\ WF_vars(Initiate("A")) /\ WF_vars(Retry) /\ WF_vars(Heal)

\* ---- What must hold -----------------------------------------------------

\* A side sends only with keys that the other side has derived too.
SendsWhatIsDerived == \A s \in Sides : current[s] # None => current[s] \in derived[Other(s)]

\* A session stands in one slot, and one that was dropped never returns: its counters would begin anew.
OneSlotEach ==
  \A s \in Sides :
    /\ Cardinality(Slots(s)) = Cardinality({x \in {1, 2, 3} : <<previous[s], current[s], next[s]>>[x] # None})
    /\ Slots(s) \cap dropped[s] = {}

\* What one side sends now, the other can receive.
Readable == \A s \in Sides : current[s] # None /\ current[Other(s)] # None => current[s] \in Slots(Other(s))

\* It holds at all times as long as handshakes do not overlap and nothing is lost. Otherwise it need not hold, as in the
\* kernel: two sides that initiate at once may end with sessions that only one of them has. Then a timer of the side
\* that hears nothing initiates again.
ReadableInTurn == Overlap \/ Loses \/ Readable

\* After the network has healed, one side that sends and goes on to try brings both to a session of theirs, for good.
Recovers == healed ~> [](Readable /\ current["A"] # None /\ current["B"] # None)
=============================================================================
