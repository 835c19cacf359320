// Inputs of every view. The masks are at the network's size, or at the image's after refinement.
in vec2 uv;
out vec4 color;

uniform sampler2D frame;        // the image as captured
uniform usampler2D labels;      // class of each pixel
uniform sampler2D confidence;   // its probability
uniform sampler2D tint;         // colour of each pixel's class, premultiplied; alpha 0 for background. In a view that washes, at the
                                // strength at which it lies over the image: less where the network is unsure
uniform float opacity;

// Between mask pixels colours are interpolated, not labels: labels are names, and their mean would be another class.
vec4 classColor(vec2 at)
{
    return texture(tint, at);
}

// For views that wash.
vec3 tinted(vec2 at)
{
    vec4 over = classColor(at);
    return texture(frame, at).rgb * (1.0 - over.a) + over.rgb;
}
