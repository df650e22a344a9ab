/* Positions of the stream of changes: whole numbers >= 0 within an epoch, and two that are none. */
#ifndef TIDEMARK_POSITION_H
#define TIDEMARK_POSITION_H

#define POSITION_UNKNOWN (-1.0)
/* Of another epoch than the stream's: not one of ours, and below all of them. */
#define POSITION_FOREIGN (-0.5)

#endif
