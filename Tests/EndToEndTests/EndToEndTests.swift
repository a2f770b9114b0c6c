import Testing

/// The gateway as its users run it: the program itself, in front of real servers, spoken to over sockets.
///
/// One test at a time: several of them measure time or memory, or keep both cores of a small machine busy.
@Suite("End to end", .serialized, .timeLimit(.minutes(5)))
enum EndToEndTests {}
