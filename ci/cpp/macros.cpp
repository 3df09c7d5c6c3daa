// What the headers of X11 and of Windows define, before framegate.hpp and after it: `-DX11` or `-DWINDOWS`.
#if defined(X11)
#if __has_include(<X11/Xlib.h>)
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#else
// As in X11/X.h and X11/Xlib.h.
typedef unsigned long Time;
typedef struct _XRegion *Region;
#define Bool int
#define Status int
#define True 1
#define False 0
#define None 0L
#define Success 0
#define Always 2
#define Above 0
#define Below 1
#define Complex 0
#define Convex 2
#define Opposite 4
#define Unsorted 0
#define KeyPress 2
#define FocusIn 9
#define CurrentTime 0L
#define ParentRelative 1L
#define InputOutput 1
#define DisplayString(display) 0
#define ScreenCount(display) 0
#endif
#elif defined(WINDOWS)
// As in minwindef.h, objbase.h, rpcndr.h, wingdi.h, winuser.h and winerror.h.
#define min(a, b) (((a) < (b)) ? (a) : (b))
#define max(a, b) (((a) > (b)) ? (a) : (b))
#define near
#define far
#define NEAR
#define FAR
#define IN
#define OUT
#define OPTIONAL
#define CONST const
#define TRUE 1
#define FALSE 0
#define ERROR 0
#define NO_ERROR 0L
#define RELATIVE 2
#define OPAQUE 2
#define TRANSPARENT 1
#define PASSTHROUGH 19
#define DELETE 0x00010000L
#define STRICT 1
#define interface struct
#define small char
#define pascal
#define cdecl
#define CreateWindow CreateWindowW
#define GetMessage GetMessageW
#define SendMessage SendMessageW
#define Yield()
#endif

#include <framegate.hpp>

int main() { return framegate::abi_fits() && framegate::digest_of("x")->bytes[0] != 0 && framegate::StatusCode(FRAMEGATE_OK).ok() ? 0 : 1; }
