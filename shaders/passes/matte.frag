#version 330 core
// The matte: share of foreground in each pixel of the image, by the plane of its place.
in vec2 uv;
out float matte;

uniform sampler2D frame;
uniform sampler2D planes;
uniform sampler2D front;        // alpha: share of the frame before
uniform sampler2D before;       // matte of the frame before

const float Contrast = 2.0;     // means over windows are softer than edges

void main()
{
    vec4 plane = texture(planes, uv);
    float share = dot(plane.rgb, texelFetch(frame, ivec2(gl_FragCoord.xy), 0).rgb - 0.5) + plane.a;
    matte = clamp((share - 0.5) * Contrast + 0.5, 0.0, 1.0);
    matte = mix(matte, texelFetch(before, ivec2(gl_FragCoord.xy), 0).r, texture(front, uv).a);
}
