----------------------------- MODULE TrainQueue -----------------------------
(***************************************************************************)
(* The trains of one peer in one direction: claiming a place, the AEAD by  *)
(* any worker (stealing), the token of the commit, the attention of the    *)
(* peer's home, and the sleep of the workers.                              *)
(*                                                                         *)
(*   claims, slots, token   io.culvert.ring.OrderedQueue                   *)
(*   rings, steal, cycle    io.culvert.engine.pipeline.Worker              *)
(*   holder                 io.culvert.engine.pipeline.CommitQueue         *)
(*   flag                   io.culvert.engine.pipeline.SleepFlag           *)
(*   attention              io.culvert.engine.pipeline.AttentionList       *)
(*                                                                         *)
(* Stores are visible at once, but two: the sleeper's store to its flag    *)
(* and the producer's store to the home's list stay in a store buffer      *)
(* until it is drained or a full fence waits for that (x86-TSO, and the    *)
(* least that the Java memory model allows). All else that threads share   *)
(* is an atomic update, or ordered by one.                                 *)
(*                                                                         *)
(* The constants after Trains take steps of the protocol out; ModelsTest   *)
(* shows that each is needed.                                              *)
(***************************************************************************)
EXTENDS Naturals, Sequences, FiniteSets

CONSTANTS
  Workers,      \* a set; one of them is the home
  Home,
  Trains,       \* how many trains come
  FenceBySleeper, FenceByProducer,  \* the full fences of SleepFlag
  Requests,     \* who does not get the token requests another look
  Rereads,      \* a holder does not release while another look is requested
  LooksFirst    \* the holder takes the requests before it polls, not after

None == "none"

VARIABLES
  claimed,      \* places claimed so far: 1 .. claimed
  slot,         \* place -> whether its slot is published
  state,        \* train -> "pending", "done", "committed"
  ring,         \* worker -> sequence of trains
  token,        \* "free", "held", "requested"
  holds,        \* the workers that believe to hold the token
  next,         \* the next place to commit
  pc,           \* worker -> what it does now
  at,           \* worker -> the train it works on
  flag,         \* worker -> SleepFlag, as others see it
  flagBuffered, \* worker -> whether its store to the flag is in its store buffer
  attention,    \* the trains listed for the home, as it sees them
  listBuffered  \* worker -> trains whose listing is in its store buffer

vars == <<claimed, slot, state, ring, token, holds, next, pc, at, flag, flagBuffered, attention, listBuffered>>

Places == 1 .. Trains

Init ==
  /\ claimed = 0
  /\ slot = [p \in Places |-> FALSE]
  /\ state = [p \in Places |-> "pending"]
  /\ ring = [w \in Workers |-> <<>>]
  /\ token = "free"
  /\ holds = {}
  /\ next = 1
  /\ pc = [w \in Workers |-> "intake"]
  /\ at = [w \in Workers |-> 0]
  /\ flag = [w \in Workers |-> FALSE]
  /\ flagBuffered = [w \in Workers |-> FALSE]
  /\ attention = {}
  /\ listBuffered = [w \in Workers |-> {}]

Go(w, where) == pc' = [pc EXCEPT ![w] = where]

\* ---- One duty cycle -----------------------------------------------------

\* A train arrives, which may be anywhere and at any time: its place is claimed, then its slot published, then it is
\* offered. Between these steps other workers run.
Claim(w) ==
  /\ pc[w] = "intake" /\ claimed < Trains
  /\ claimed' = claimed + 1
  /\ at' = [at EXCEPT ![w] = claimed + 1]
  /\ Go(w, "publish")
  /\ UNCHANGED <<slot, state, ring, token, holds, next, flag, flagBuffered, attention, listBuffered>>

Publish(w) ==
  /\ pc[w] = "publish"
  /\ slot' = [slot EXCEPT ![at[w]] = TRUE]
  /\ ring' = [ring EXCEPT ![w] = Append(@, at[w])]
  /\ Go(w, "drain")
  /\ UNCHANGED <<claimed, state, token, holds, next, at, flag, flagBuffered, attention, listBuffered>>

NoIntake(w) ==
  /\ pc[w] = "intake"
  /\ Go(w, "drain")
  /\ UNCHANGED <<claimed, slot, state, ring, token, holds, next, at, flag, flagBuffered, attention, listBuffered>>

\* Home attends to all that is listed.
Drain(w) ==
  /\ pc[w] = "drain"
  /\ attention' = IF w = Home THEN {} ELSE attention
  /\ Go(w, "process")
  /\ UNCHANGED <<claimed, slot, state, ring, token, holds, next, at, flag, flagBuffered, listBuffered>>

\* Takes a train from its own ring, else from another's.
Take(w) ==
  /\ pc[w] = "process"
  /\ \E v \in Workers :
       /\ ring[v] # <<>>
       /\ v = w \/ ring[w] = <<>>
       /\ at' = [at EXCEPT ![w] = Head(ring[v])]
       /\ ring' = [ring EXCEPT ![v] = Tail(@)]
  /\ Go(w, "aead")
  /\ UNCHANGED <<claimed, slot, state, token, holds, next, flag, flagBuffered, attention, listBuffered>>

NothingToTake(w) ==
  /\ pc[w] = "process"
  /\ \A v \in Workers : ring[v] = <<>>
  /\ Go(w, IF w \in holds THEN "look" ELSE "park")
  /\ UNCHANGED <<claimed, slot, state, ring, token, holds, next, at, flag, flagBuffered, attention, listBuffered>>

Aead(w) ==
  /\ pc[w] = "aead"
  /\ state' = [state EXCEPT ![at[w]] = "done"]
  /\ Go(w, IF w \in holds THEN "look" ELSE "acquire")
  /\ UNCHANGED <<claimed, slot, ring, token, holds, next, at, flag, flagBuffered, attention, listBuffered>>

\* OrderedQueue.tryAcquire: a compare-and-set, and if that fails an exchange.
Acquire(w) ==
  /\ pc[w] = "acquire"
  /\ IF token = "free"
     THEN token' = "held" /\ holds' = holds \cup {w} /\ Go(w, "look")
     ELSE UNCHANGED <<token, holds>> /\ Go(w, IF Requests THEN "request" ELSE "intake")
  /\ UNCHANGED <<claimed, slot, state, ring, next, at, flag, flagBuffered, attention, listBuffered>>

Request(w) ==
  /\ pc[w] = "request"
  /\ token' = "requested"
  /\ IF token = "free"
     THEN holds' = holds \cup {w} /\ Go(w, "look")
     ELSE UNCHANGED holds /\ Go(w, "intake")
  /\ UNCHANGED <<claimed, slot, state, ring, next, at, flag, flagBuffered, attention, listBuffered>>

Look(w) ==
  /\ pc[w] = "look"
  /\ token' = IF LooksFirst THEN "held" ELSE token
  /\ Go(w, "poll")
  /\ UNCHANGED <<claimed, slot, state, ring, holds, next, at, flag, flagBuffered, attention, listBuffered>>

Ready == next <= Trains /\ slot[next] /\ state[next] # "pending"

\* A commit away from home lists the peer for its home.
Poll(w) ==
  /\ pc[w] = "poll" /\ Ready
  /\ state' = [state EXCEPT ![next] = "committed"]
  /\ next' = next + 1
  /\ IF w = Home
     THEN UNCHANGED <<attention, listBuffered>> /\ Go(w, "poll")
     ELSE /\ listBuffered' = [listBuffered EXCEPT ![w] = @ \cup {next}]
          /\ UNCHANGED attention
          /\ Go(w, "signal")
  /\ UNCHANGED <<claimed, slot, ring, token, holds, at, flag, flagBuffered>>

\* SleepFlag.clearToWake: a full fence, then the look at the flag.
Signal(w) ==
  /\ pc[w] = "signal"
  /\ FenceByProducer => listBuffered[w] = {}
  /\ IF flag[Home]
     THEN flag' = [flag EXCEPT ![Home] = FALSE]
     ELSE UNCHANGED flag
  /\ Go(w, "poll")
  /\ UNCHANGED <<claimed, slot, state, ring, token, holds, next, at, flagBuffered, attention, listBuffered>>

NotReady(w) ==
  /\ pc[w] = "poll" /\ ~Ready
  /\ Go(w, IF LooksFirst THEN "release" ELSE "look late")
  /\ UNCHANGED <<claimed, slot, state, ring, token, holds, next, at, flag, flagBuffered, attention, listBuffered>>

LookLate(w) ==
  /\ pc[w] = "look late"
  /\ token' = "held"
  /\ Go(w, "release")
  /\ UNCHANGED <<claimed, slot, state, ring, holds, next, at, flag, flagBuffered, attention, listBuffered>>

Release(w) ==
  /\ pc[w] = "release"
  /\ IF token = "held" \/ ~Rereads
     THEN token' = "free" /\ holds' = holds \ {w}
     ELSE UNCHANGED <<token, holds>>
  /\ Go(w, "intake")
  /\ UNCHANGED <<claimed, slot, state, ring, next, at, flag, flagBuffered, attention, listBuffered>>

\* ---- Sleep --------------------------------------------------------------

\* Worker.beginPark: sets the flag (into the store buffer), fences, looks at the inputs, sleeps.
SetFlag(w) ==
  /\ pc[w] = "park"
  /\ flagBuffered' = [flagBuffered EXCEPT ![w] = TRUE]
  /\ Go(w, "recheck")
  /\ UNCHANGED <<claimed, slot, state, ring, token, holds, next, at, flag, attention, listBuffered>>

Recheck(w) ==
  /\ pc[w] = "recheck"
  /\ FenceBySleeper => ~flagBuffered[w]
  /\ Go(w, IF (w = Home /\ attention # {}) \/ \E v \in Workers : ring[v] # <<>> THEN "wake" ELSE "asleep")
  /\ UNCHANGED <<claimed, slot, state, ring, token, holds, next, at, flag, flagBuffered, attention, listBuffered>>

\* Another thread cleared the flag and woke the worker, or input of its own came.
Woken(w) ==
  /\ pc[w] = "asleep" /\ ~flagBuffered[w]
  /\ ~flag[w] \/ claimed < Trains
  /\ Go(w, "wake")
  /\ UNCHANGED <<claimed, slot, state, ring, token, holds, next, at, flag, flagBuffered, attention, listBuffered>>

Wake(w) ==
  /\ pc[w] = "wake" /\ ~flagBuffered[w]
  /\ flag' = [flag EXCEPT ![w] = FALSE]
  /\ Go(w, "intake")
  /\ UNCHANGED <<claimed, slot, state, ring, token, holds, next, at, flagBuffered, attention, listBuffered>>

\* ---- Store buffers ------------------------------------------------------

DrainFlag(w) ==
  /\ flagBuffered[w]
  /\ flagBuffered' = [flagBuffered EXCEPT ![w] = FALSE]
  /\ flag' = [flag EXCEPT ![w] = TRUE]
  /\ UNCHANGED <<claimed, slot, state, ring, token, holds, next, pc, at, attention, listBuffered>>

DrainList(w) ==
  /\ listBuffered[w] # {}
  /\ attention' = attention \cup listBuffered[w]
  /\ listBuffered' = [listBuffered EXCEPT ![w] = {}]
  /\ UNCHANGED <<claimed, slot, state, ring, token, holds, next, pc, at, flag, flagBuffered>>

Cycle(w) ==
  \/ Publish(w) \/ NoIntake(w) \/ Drain(w) \/ Take(w) \/ NothingToTake(w) \/ Aead(w)
  \/ Acquire(w) \/ Request(w) \/ Look(w) \/ Poll(w) \/ Signal(w) \/ NotReady(w) \/ LookLate(w) \/ Release(w)
  \/ SetFlag(w) \/ Recheck(w) \/ Woken(w) \/ Wake(w) \/ DrainFlag(w) \/ DrainList(w)

Next == \E w \in Workers : Claim(w) \/ Cycle(w)

Spec == Init /\ [][Next]_vars /\ \A w \in Workers : WF_vars(Claim(w) \/ Cycle(w))

\* ---- What must hold -----------------------------------------------------

\* The token is held by one worker, and only while it is not free.
OneHolder == Cardinality(holds) <= 1 /\ (token = "free" <=> holds = {})

\* Trains are committed in the order of their places, each once, after its AEAD.
InOrder == \A p \in Places : (state[p] = "committed") <=> p < next

\* When all sleep, with nothing on its way, then nothing is left to do: no wake-up was lost.
Asleep == \A w \in Workers : pc[w] = "asleep" /\ ~flagBuffered[w] /\ listBuffered[w] = {} /\ flag[w]
NoStall == Asleep => next = claimed + 1 /\ attention = {} /\ \A w \in Workers : ring[w] = <<>>

\* A train that came is committed in the end.
AllCommitted == \A p \in Places : (claimed >= p) ~> (next > p)
=============================================================================
